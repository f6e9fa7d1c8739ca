using Hooktrail.Trails.Topologies;

namespace Hooktrail.Rules;

/// <summary>The releases of Docker whose bridge driver installs different rules.</summary>
public enum DockerRelease
{
    /// <summary>20.10 to 26: only IPv4 by default.</summary>
    V20,

    /// <summary>27: IPv4 and IPv6.</summary>
    V27,

    /// <summary>Only 28.0.0: its rules for networks are at the end of FORWARD, after those of others.</summary>
    V28Dot0Dot0,

    /// <summary>28.0.1 to 28.1.</summary>
    V28,

    /// <summary>28.2 to 28.5. 28.2.0 and 28.2.1 have a RETURN more, at the end of DOCKER-USER.</summary>
    V28Dot2,

    /// <summary>29 with iptables, its default.</summary>
    V29,

    /// <summary>29 with <c>--firewall-backend=nftables</c>.</summary>
    V29Nftables,
}

/// <summary>
/// Docker's rules, from moby's sources and documents of each release
/// (integration/network/bridge/iptablesdoc and nftablesdoc, since 28.0); those of 20.10 were compared with a running
/// Engine.
/// </summary>
public static class DockerRules
{
    /// <summary>The rules of 20.10 with its userland proxy.</summary>
    public static readonly RuleSet Default = Of(DockerRelease.V20);

    /// <summary>The rules, in the lab's names. Without the userland proxy they have hairpin NAT.</summary>
    public static RuleSet Of(DockerRelease release, bool userlandProxy = true) =>
        DockerScript.Of(release, NoHost.Instance, userlandProxy).Read(LabNamesAsTheyAre.Instance);

    /// <summary>
    /// The rules for a user's host, with its own names, as far as its networks, containers and published ports tell:
    /// options of a network that change its rules are not known, but for enable_icc.
    /// </summary>
    public static RuleSet Of(DockerRelease release, Topology host, RuleSet present, bool userlandProxy, INames names) =>
        DockerScript.Of(release, version => DockerSetup.Of(host, present, version), userlandProxy).Read(names);

    /// <summary>See <see cref="HostProfile.ProxyPktinfo"/>.</summary>
    public static bool ProxyHasPktinfo(DockerRelease release) => release >= DockerRelease.V28Dot0Dot0;

    /// <summary>The host with the release's rules and settings; with no rules for null.</summary>
    public static HostProfile On(HostProfile profile, DockerRelease? release) => profile with
    {
        Rules = release is { } one ? Of(one, profile.UserlandProxy) : RuleSet.Empty,
        ProxyPktinfo = release is { } own && ProxyHasPktinfo(own),
    };

    /// <summary>Parses 20.10.24, 28.5, 29 or 29-nftables.</summary>
    /// <exception cref="HooktrailException">The text is no version.</exception>
    public static DockerRelease Parse(string version) => DockerVersion.Parse(version).Release;
}
