using System.Collections.Immutable;
using System.Net;

namespace Hooktrail.Trails.Rules;

/// <summary>
/// The names of rules that are written in the lab's names already: every name stands for itself. A numeric address in such a rule belongs to no
/// station of the lab, 127.0.0.1 included: the lab on a Docker host uses another loopback address.
/// </summary>
public sealed class LabNamesAsTheyAre : INames
{
    /// <summary>It holds for every lab.</summary>
    public static readonly LabNamesAsTheyAre Instance = new();

    private LabNamesAsTheyAre()
    {
    }

    /// <inheritdoc/>
    public string Device(string printed) => printed;

    /// <inheritdoc/>
    public string? Address(IPAddress printed) => null;

    /// <inheritdoc/>
    public ImmutableArray<string> Addresses(Func<IPAddress, bool> condition) => [];

    /// <inheritdoc/>
    public int Port(int printed) => printed;

    /// <inheritdoc/>
    public string? MacOwner(string printed) => printed.Equals("ff:ff:ff:ff:ff:ff", StringComparison.OrdinalIgnoreCase) ? "broadcast" : null;
}
