using System.Text.RegularExpressions;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Twins;

/// <summary>What a twin is built from.</summary>
/// <param name="Topology">Devices, addresses, routes, containers and sockets.</param>
public sealed partial record TwinPlan(Topology Topology)
{
    /// <summary>
    /// Sysctls by their paths below /proc/sys, in the order in which they are set: <c>net/ipv4/ip_forward</c> sets
    /// those of all devices too.
    /// </summary>
    public ImmutableArray<(string Path, string Value)> Settings { get; init; } = [];

    /// <summary>The rules, in the order in which they are loaded.</summary>
    public ImmutableArray<LoadedRules> Rules { get; init; } = [];

    /// <summary>The order in which the rules register chains with one priority; null if it is not known.</summary>
    public RegistrationOrder? Registered { get; init; }

    /// <summary>
    /// Whether its rules may stop ARP. Then the host and its containers do not know each other's MAC addresses from the
    /// beginning, and have to ask.
    /// </summary>
    internal bool AsksByArp => Rules.Any(rules =>
        rules.Program.StartsWith("nft ", StringComparison.Ordinal) ? SeesArp().IsMatch(rules.Text)
        : SeesFrames().IsMatch(rules.Program) && Refuses().IsMatch(rules.Text));

    [GeneratedRegex(@"\btable\s+(arp|bridge|netdev)\b|\bhook\s+(ingress|egress)\b")]
    private static partial Regex SeesArp();

    [GeneratedRegex("^(arp|eb)tables")]
    private static partial Regex SeesFrames();

    [GeneratedRegex(@"^(-A|:\S+ DROP)\b", RegexOptions.Multiline)]
    private static partial Regex Refuses();
}

/// <summary>Rules as a program reads them.</summary>
/// <param name="Program">A command that reads its standard input: <c>iptables-nft-restore --noflush</c>.</param>
/// <param name="Text">Its input.</param>
public sealed record LoadedRules(string Program, string Text);
