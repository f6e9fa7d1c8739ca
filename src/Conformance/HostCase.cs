using System.Collections.Immutable;
using Hooktrail.Labs;
using Hooktrail.Namespaces;
using Hooktrail.Trails;
using Hooktrail.Trails.Rules;

namespace Hooktrail.Conformance;

/// <summary>A host of the matrix: built once, then tried as it is and with this and that changed.</summary>
/// <param name="Title">What a reader of the table knows it by.</param>
/// <param name="Setup">What it is like from the start.</param>
/// <param name="Variations">What is tried on it, one after the other.</param>
public sealed record HostCase(string Title, NamespaceSetup Setup, ImmutableArray<Variation> Variations)
{
    /// <summary>Why no lab can build this host; null where one can.</summary>
    public string? Impossible { get; init; }

    /// <summary>
    /// The host's profile as the model would write it down, without the users' rules: what its legs are counted by where it
    /// cannot be had.
    /// </summary>
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

/// <summary>Something that is different on a host for a while, and the flows that are sent meanwhile.</summary>
/// <param name="Title">What is different.</param>
/// <param name="Changes">How it is made so; they are taken back in reverse.</param>
/// <param name="Flows">What is sent, in sequence.</param>
public sealed record Variation(string Title, ImmutableArray<HostChange> Changes, ImmutableArray<Flow> Flows)
{
    /// <summary>
    /// What the host's tools or kernel have to have for it, where not all have it: then a refusal is no fault.
    /// </summary>
    public string? Needs { get; init; }

    /// <summary>Whether the host is not to send ICMP redirects meanwhile.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>How many packets of each flow are sent, where it is no connection of TCP.</summary>
    public int Packets { get; init; } = 1;

    /// <summary>How many requests a flow has.</summary>
    public int PacketsOf(Flow flow) => flow.Protocol == Protocol.Tcp ? 1 : Packets;

    /// <summary>A profile with the switches of the changes turned, which is what can be said of changes that were not made.</summary>
    public HostProfile Sketch(HostProfile basis) => Changes.OfType<HostChange.Turn>().Aggregate(
        IsQuiet ? basis with { SendRedirects = false } : basis, (profile, turn) => turn.Switch.Write(profile, turn.On));
}
