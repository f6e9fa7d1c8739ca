using System.Text.RegularExpressions;
using Hooktrail.Hosts;
using Hooktrail.Hosts.Reading;
using Hooktrail.Labs;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Snapshots;

/// <summary>
/// The profile of a host from its snapshot, as a lab reads one from its host: kernel, backends, rules, sysctls, and in
/// which order chains of one priority were registered, and the connections that it tracks.
/// </summary>
/// <remarks>
/// A switch is on if it is on for any device; what a device has of it is in the <see cref="Topology"/>.
/// </remarks>
public static partial class SnapshotProfile
{
    /// <exception cref="HooktrailException">A part is not what its command prints, or the kernel is not known.</exception>
    public static HostProfile Of(Snapshot snapshot, Topology topology)
    {
        var rules = HostRules.Of(snapshot);
        var profile = Settings(snapshot, topology) with
        {
            Kernel = Kernel(snapshot),
            Iptables = HostRules.BackendOf(snapshot, Layer.Iptables),
            Ebtables = HostRules.BackendOf(snapshot, Layer.Ebtables),
            Published = [],
            Rules = rules,
            Conntrack = rules.NeedsConntrack(IpVersion.V4),
            Conntrack6 = rules.NeedsConntrack(IpVersion.V6),
            Tracked = ConnectionReader.Of(snapshot),
        };
        return profile with
        {
            Registered = new RegistrationHistory().Look(
                profile,
                snapshot.Lines("nft"),
                Legacy(snapshot),
                HookListing.Parse([.. snapshot.Lines("versions"), .. snapshot.Lines("nft-hooks")])),
        };
    }

    private static IEnumerable<HookPoint> Legacy(Snapshot snapshot) =>
        from layer in (Layer[])[Layer.Iptables, Layer.Ip6tables, Layer.Arptables]
        where HostRules.BackendOf(snapshot, layer) == Backend.Legacy
        from point in HookPoints.Of(layer)
        where snapshot.Lines($"{layer.Name()}-legacy").Contains("*" + point.Table)
        select point;

    private static HostProfile Settings(Snapshot snapshot, Topology topology)
    {
        var lines = snapshot.Lines("settings").ToHashSet();
        bool On(string name) => lines.Contains(name + ":1");
        bool Any(Func<DeviceSettings, bool> isOn) => topology.Devices.Any(device => isOn(device.Settings));
        bool Calls(string family, Func<BridgeCalls, bool> calls) =>
            On($"bridge/bridge-nf-call-{family}") || topology.Devices.Any(device => calls(device.Calls));
        return HostProfile.Default with
        {
            BrNetfilter = lines.Any(
                line => line.StartsWith("bridge/bridge-nf-call-iptables:", StringComparison.Ordinal)),
            BridgeNfCallIptables = Calls("iptables", one => one.Iptables),
            BridgeNfCallIp6tables = Calls("ip6tables", one => one.Ip6tables),
            BridgeNfCallArptables = Calls("arptables", one => one.Arptables),
            BridgeNfFilterVlanTagged = On("bridge/bridge-nf-filter-vlan-tagged"),
            BridgeNfFilterPppoeTagged = On("bridge/bridge-nf-filter-pppoe-tagged"),
            IpForward = On("ipv4/ip_forward"),
            Ip6Forward = On("ipv6/conf/all/forwarding"),
            RpFilter = Any(device => device.RpFilter == 1),
            SendRedirects = Any(device => device.SendRedirects),
            RouteLocalnet = Any(device => device.RouteLocalnet),
            Hairpin = topology.Devices.Any(device => device.Port?.Hairpin == true),
        };
    }

    // «6.1.0-50-cloud-amd64» is «#1 SMP PREEMPT_DYNAMIC Debian 6.1.176-1 (2026-09-20)», «6.8.0-51-generic» is «Ubuntu
    // 6.8.0-51.52-generic 6.8.12».
    private static KernelVersion Kernel(Snapshot snapshot)
    {
        if (snapshot.Lines("kernel") is not [var release, .. var more])
            throw new HooktrailException("The snapshot does not say which kernel the host has; write it again.");
        var named = KernelVersion.Parse(release);
        return named.Patch is not null
            ? named
            : more.Select(line => Stable().Match(line))
                .Where(match => match.Success)
                .Select(match => KernelVersion.Parse(match.Groups[1].Value))
                .FirstOrDefault(stable => stable.IsOfSeriesOf(named), named);
    }

    [GeneratedRegex(@"\b(?:Debian |Ubuntu \S+ )(\d+\.\d+\.\d+)")]
    private static partial Regex Stable();
}
