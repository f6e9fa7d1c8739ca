using System.Net;

namespace Hooktrail.Rules;

/// <summary>
/// For rules that already use the lab's names. A numeric address, even 127.0.0.1, belongs to no station.
/// </summary>
public sealed class LabNamesAsTheyAre : INames
{
    public static readonly LabNamesAsTheyAre Instance = new();

    private LabNamesAsTheyAre()
    {
    }

    public string Device(string printed) => printed;

    public string? Address(IPAddress printed) => null;

    public ImmutableArray<string> Addresses(Func<IPAddress, bool> condition) => [];

    public int Port(int printed) => printed;

    public string? MacOwner(string printed) =>
        printed.Equals("ff:ff:ff:ff:ff:ff", StringComparison.OrdinalIgnoreCase) ? "broadcast" : null;
}
