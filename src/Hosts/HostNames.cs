using System.Net;

namespace Hooktrail.Hosts;

/// <summary>A host's own names: every device, port and address is what it is, known to the snapshot or not.</summary>
public sealed class HostNames : INames
{
    public static readonly HostNames Instance = new();

    private HostNames()
    {
    }

    public bool AreLiteral => true;

    public string Device(string printed) => printed;

    public string? Address(IPAddress printed) => null;

    public ImmutableArray<string> Addresses(Func<IPAddress, bool> condition) => [];

    public int Port(int printed) => printed;

    public string? MacOwner(string printed) =>
        printed.Equals("ff:ff:ff:ff:ff:ff", StringComparison.OrdinalIgnoreCase) ? "broadcast" : null;
}
