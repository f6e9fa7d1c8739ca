using Hooktrail.Trails.Topologies;

namespace Hooktrail.Questions.Changes;

/// <summary>Writes a sysctl of a user's host, as <c>sysctl -w</c> does.</summary>
internal static class Sysctl
{
    private const string OfDevice = "net.ipv4.conf.";

    private static readonly ImmutableDictionary<string, string> Switches = new Dictionary<string, string>
    {
        ["net.ipv4.ip_forward"] = "ip_forward",
        ["net.ipv4.conf.all.forwarding"] = "ip_forward",
        ["net.ipv6.conf.all.forwarding"] = "ip6_forward",
        ["net.bridge.bridge-nf-call-iptables"] = "bridge-nf-call-iptables",
        ["net.bridge.bridge-nf-call-ip6tables"] = "bridge-nf-call-ip6tables",
        ["net.bridge.bridge-nf-call-arptables"] = "bridge-nf-call-arptables",
    }.ToImmutableDictionary();

    /// <param name="host">The host.</param>
    /// <param name="assignment"><c>net.ipv4.ip_forward=1</c>.</param>
    /// <exception cref="HooktrailException">The model has no such sysctl, or what it would be is not known.</exception>
    public static HostProfile Write(HostProfile host, string assignment)
    {
        var parts = assignment.Split('=', 2);
        var name = parts[0].Contains('/') ? parts[0].Replace('/', '.') : parts[0];
        if (parts is not [_, var text]
            || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value > 2)
            throw new HooktrailException(
                $"\"{assignment}\" sets no sysctl; write a name and its value, such as net.ipv4.ip_forward=1.");
        if (Switches.TryGetValue(name, out var one))
            return HostSwitches.Turn(host, Switch.Parse(one), value > 0);
        var last = name.LastIndexOf('.');
        var setting = name[(last + 1)..];
        if (!name.StartsWith(OfDevice, StringComparison.Ordinal) || last < OfDevice.Length
            || setting is not ("forwarding" or "rp_filter" or "route_localnet"))
            throw new HooktrailException(
                $"The model has no sysctl {parts[0]}; it has {string.Join(", ", Switches.Keys.Order(StringComparer.Ordinal))}, and forwarding, rp_filter and route_localnet of a device.");
        var devices = host.Topology.Devices;
        var wanted = name[OfDevice.Length..last];
        if (wanted != "all" && devices.All(device => device.Name != wanted))
            throw new HooktrailException($"The host has no device \"{wanted}\".");
        return host with
        {
            Topology = host.Topology with
            {
                Devices =
                [
                    .. devices.Select(device => wanted == "all" || device.Name == wanted
                        ? device with { Settings = Written(device.Settings, setting, value, assignment) }
                        : device),
                ],
            },
        };
    }

    // Of a device's own value and that of all, the greater one acts, and the snapshot's reader keeps only that one.
    private static DeviceSettings Written(DeviceSettings before, string setting, int value, string assignment) =>
        setting switch
        {
            "forwarding" => before with { Forwarding = value > 0 },
            "rp_filter" when value >= before.RpFilter => before with { RpFilter = value },
            "route_localnet" when value > 0 || !before.RouteLocalnet => before with { RouteLocalnet = value > 0 },
            _ => throw new HooktrailException(
                $"What \"{assignment}\" comes to depends on the other of the device's own value and that of all; write --set {setting}=0 for both."),
        };
}
