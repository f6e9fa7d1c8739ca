using System.Collections.Immutable;
using System.Net;

namespace Hooktrail.Trails.Rules;

/// <summary>
/// The names of rules that are written in the lab's names already: every name is its own. Of addresses it knows only those that are
/// the same on every host.
/// </summary>
public sealed class LabNamesAsTheyAre : INames
{
    /// <summary>It holds for every lab.</summary>
    public static readonly LabNamesAsTheyAre Instance = new();

    private static readonly ImmutableArray<IPAddress> Loopbacks = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    private LabNamesAsTheyAre()
    {
    }

    /// <inheritdoc/>
    public string Device(string printed) => printed;

    /// <inheritdoc/>
    public string? Address(IPAddress printed) => Loopbacks.Contains(printed) ? LabNames.HostOnLoopback : null;

    /// <inheritdoc/>
    public ImmutableArray<string> Addresses(Func<IPAddress, bool> condition) =>
        Loopbacks.Any(condition) ? [LabNames.HostOnLoopback] : [];

    /// <inheritdoc/>
    public int Port(int printed) => printed;

    /// <inheritdoc/>
    public string? MacOwner(string printed) => printed.Equals("ff:ff:ff:ff:ff:ff", StringComparison.OrdinalIgnoreCase) ? "broadcast" : null;
}
