namespace Hooktrail.Rules;

/// <summary>
/// An on/off setting of the host profile, under the name that administrators use. The command line, features and
/// explanations of a divergence all use these names.
/// </summary>
public sealed record Switch(string Name, Func<HostProfile, bool> Read, Func<HostProfile, bool, HostProfile> Write)
{
    /// <summary>The sysctl net.bridge.bridge-nf-call-iptables, or the bridge's own setting.</summary>
    public static readonly Switch BridgeNfCallIptables = new(
        "bridge-nf-call-iptables",
        profile => profile.BridgeNfCallIptables,
        (profile, on) => profile with { BridgeNfCallIptables = on });

    public static readonly ImmutableArray<Switch> All =
    [
        BridgeNfCallIptables,
        new(
            "bridge-nf-call-ip6tables",
            profile => profile.BridgeNfCallIp6tables,
            (profile, on) => profile with { BridgeNfCallIp6tables = on }),
        new(
            "bridge-nf-call-arptables",
            profile => profile.BridgeNfCallArptables,
            (profile, on) => profile with { BridgeNfCallArptables = on }),
        new(
            "bridge-nf-filter-vlan-tagged",
            profile => profile.BridgeNfFilterVlanTagged,
            (profile, on) => profile with { BridgeNfFilterVlanTagged = on }),
        new(
            "bridge-nf-filter-pppoe-tagged",
            profile => profile.BridgeNfFilterPppoeTagged,
            (profile, on) => profile with { BridgeNfFilterPppoeTagged = on }),
        new("br_netfilter", profile => profile.BrNetfilter, (profile, on) => profile with { BrNetfilter = on }),
        new("ip_forward", profile => profile.IpForward, (profile, on) => profile with { IpForward = on }),
        new("ip6_forward", profile => profile.Ip6Forward, (profile, on) => profile with { Ip6Forward = on }),
        new("conntrack", profile => profile.Conntrack, (profile, on) => profile with { Conntrack = on }),
        new("conntrack6", profile => profile.Conntrack6, (profile, on) => profile with { Conntrack6 = on }),
        new("broute", profile => profile.Broute, (profile, on) => profile with { Broute = on }),
        new("rp_filter", profile => profile.RpFilter, (profile, on) => profile with { RpFilter = on }),
        new("route_localnet", profile => profile.RouteLocalnet, (profile, on) => profile with { RouteLocalnet = on }),
        new("send_redirects", profile => profile.SendRedirects, (profile, on) => profile with { SendRedirects = on }),
        new("hairpin", profile => profile.Hairpin, (profile, on) => profile with { Hairpin = on }),
        new("userland-proxy", profile => profile.UserlandProxy, (profile, on) => profile with { UserlandProxy = on }),
        new(
            "userland-proxy-pktinfo",
            profile => profile.ProxyPktinfo,
            (profile, on) => profile with { ProxyPktinfo = on }),
        new("promiscuous", profile => profile.Promiscuous, (profile, on) => profile with { Promiscuous = on }),
    ];

    /// <exception cref="HooktrailException">There is no such switch.</exception>
    public static Switch Parse(string name) =>
        All.FirstOrDefault(one => one.Name == name)
        ?? throw new HooktrailException(
            $"Unknown switch \"{name}\"; the switches are {string.Join(", ", All.Select(one => one.Name))}.");

    /// <summary>Applies <c>name=0</c> or <c>name=1</c>, as sysctl writes it.</summary>
    /// <exception cref="HooktrailException">There is no such switch, or the value is neither 0 nor 1.</exception>
    public static HostProfile Set(HostProfile profile, string assignment)
    {
        var parts = assignment.Split('=', 2);
        var one = Parse(parts[0]);
        return parts.Length == 2 && parts[1] is "0" or "1"
            ? one.Write(profile, parts[1] == "1")
            : throw new HooktrailException(
                $"\"{assignment}\" does not set a switch; write {one.Name}=0 or {one.Name}=1.");
    }

    public override string ToString() => Name;
}
