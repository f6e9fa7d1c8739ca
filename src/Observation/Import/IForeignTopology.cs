using System.Net;

namespace Hooktrail.Observation.Import;

/// <summary>What is known of a foreign host, so that the user need not name each device and address.</summary>
public interface IForeignTopology
{
    /// <summary>A device as a trace prints it, and its name.</summary>
    IEnumerable<(string Printed, string Name)> Devices { get; }

    IEnumerable<(IPAddress Printed, string Name)> Addresses { get; }
}
