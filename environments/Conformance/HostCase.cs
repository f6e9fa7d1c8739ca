using Hooktrail.Labs;
using Hooktrail.Namespaces;

namespace Hooktrail.Conformance;

/// <summary>A host of the matrix: built once, then tried as built and with each variation.</summary>
public sealed record HostCase(string Title, NamespaceSetup Setup, ImmutableArray<Variation> Variations)
{
    /// <summary>Why no lab can build this host; null where one can.</summary>
    public string? Impossible { get; init; }

    /// <summary>The profile without users' rules; used for the legs of a host that cannot be built.</summary>
    public HostProfile Sketch => HostProfile.Default with
    {
        Iptables = Setup.Iptables,
        UserlandProxy = Setup.UserlandProxy,
        ProxyPktinfo = Setup.Docker is { } docker && DockerRules.ProxyHasPktinfo(docker),
        Hairpin = Setup.Docker is not null && !Setup.UserlandProxy,
        RouteLocalnet = Setup.Docker is not null && !Setup.UserlandProxy,
        Conntrack = Setup.Conntrack || Setup.Docker is not null,
        Conntrack6 = Setup.Conntrack || Setup.Docker is not null and not DockerRelease.V20,
        Published = Setup.Docker is null ? [] : PublishedPort.OfLab,
        Rules = Setup.Docker is { } release ? DockerRules.Of(release, Setup.UserlandProxy) : RuleSet.Empty,
    };
}

/// <summary>A temporary change of a host, and the flows sent meanwhile. Changes are undone in reverse order.</summary>
public sealed record Variation(string Title, ImmutableArray<HostChange> Changes, ImmutableArray<Flow> Flows)
{
    /// <summary>What some hosts' tools or kernels lack; if one of these refuses the change, that is no fault.</summary>
    public string? Needs { get; init; }

    /// <summary>Whether ICMP redirects are turned off for this variation.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>The packets sent for each flow, except TCP connections.</summary>
    public int Packets { get; init; } = 1;

    public int PacketsOf(Flow flow) => flow.Protocol == Protocol.Tcp ? 1 : Packets;

    /// <summary>The profile with the changes' switches turned, for changes that could not be made.</summary>
    public HostProfile Sketch(HostProfile basis) => Changes.OfType<HostChange.Turn>().Aggregate(
        IsQuiet ? basis with { SendRedirects = false } : basis, (profile, turn) => turn.Switch.Write(profile, turn.On));
}
