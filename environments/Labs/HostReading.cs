using System.Collections.Immutable;
using System.Globalization;
using Hooktrail.Trails;
using Hooktrail.Trails.Rules;

namespace Hooktrail.Labs;

/// <summary>
/// A host as it is, as far as it decides the trails of a lab's packets: one script that reads and changes nothing, and what its output
/// says. Rules are read, not remembered.
/// </summary>
public static class HostReading
{
    private const string Next = "hooktrail: next";

    /// <summary>The script, for bash in the host's network namespace.</summary>
    /// <param name="iptables">In which backend the host's rules of iptables and ip6tables are.</param>
    /// <param name="names">What the lab's devices are called there.</param>
    /// <param name="devices">The lab's own bridges and NICs, by their names in the lab.</param>
    /// <param name="sysctls">Where the host's /proc/sys/net is seen.</param>
    /// <remarks>
    /// A table of the legacy backend comes to be when it is listed (xt_find_table_lock loads it), so only those are that the
    /// kernel has already, and which no program but the rules' own would have made.
    /// </remarks>
    public static string Script(Backend iptables, IHostNames names, ImmutableArray<string> devices, string sysctls = "/proc/sys/net")
    {
        var bridges = string.Join(' ', devices.Where(LabNames.Networks.Contains).Select(names.Device));
        var all = string.Join(' ', devices.Select(names.Device));
        return $$"""
            set_of() { [ ! -e {{sysctls}}/$1 ] || echo "$1 $(<{{sysctls}}/$1)"; }
            echo "kernel $(uname -r)"
            set_of ipv4/ip_forward; set_of ipv6/conf/all/forwarding
            for name in call-iptables call-ip6tables call-arptables filter-vlan-tagged filter-pppoe-tagged; do set_of bridge/bridge-nf-$name; done
            for name in rp_filter send_redirects route_localnet; do for device in all {{all}}; do set_of ipv4/conf/$device/$name; done; done
            for bridge in {{bridges}}; do
                echo "bridge $(ip -d -o link show dev $bridge)"
                ip -o link show master $bridge | while read -r _ port _; do port=${port%:}; port=${port%@*}; echo "port $(bridge -d -o link show dev $port | tr '\n' ' ')"; done
            done
            {{string.Concat(Tools(iptables).Select(tool => $"echo '{Next}'; {tool}\n"))}}
            """;
    }

    /// <summary>What the script printed.</summary>
    /// <param name="lines">Its output.</param>
    /// <param name="map">Who has which name in the lab.</param>
    /// <param name="iptables">As the script was asked.</param>
    /// <returns>
    /// The host's profile. What nobody can read from a host (the userland proxy, which ports are published, whether ebtables has the table broute) is as in
    /// <see cref="HostProfile.Default"/>.
    /// </returns>
    /// <exception cref="HooktrailException">A tool printed something else than rules; says which, and what.</exception>
    public static HostProfile Parse(IReadOnlyList<string> lines, INames map, Backend iptables)
    {
        var parts = Split(lines);
        if (parts.Count != 6)
            throw new HooktrailException($"The host's settings and rules could not be read: {string.Join(" ", lines.Take(3))}.");
        var rules = RuleReader.Xtables(Layer.Iptables, parts[1], map, "iptables-save")
            .With(RuleReader.Xtables(Layer.Ip6tables, parts[2], map, "ip6tables-save"))
            .With(RuleReader.Xtables(Layer.Arptables, parts[3], map, "arptables-save"))
            .With(RuleReader.Xtables(Layer.Ebtables, parts[4], map, "ebtables-save"))
            .With(RuleReader.Nftables(parts[5], map, "nft list ruleset"));
        return Settings(parts[0]) with
        {
            Iptables = iptables,
            Rules = rules,
            Conntrack = rules.NeedsConntrack(IpVersion.V4),
            Conntrack6 = rules.NeedsConntrack(IpVersion.V6),
        };
    }

    // In the order in which they are parsed.
    private static IEnumerable<string> Tools(Backend iptables) =>
    [
        Save("iptables", iptables, "ip"), Save("ip6tables", iptables, "ip6"), Save("arptables", iptables, "arp"),
        "ebtables-nft-save 2>/dev/null", "nft list ruleset 2>/dev/null",
    ];

    private static string Save(string tool, Backend backend, string file) => backend == Backend.Nft
        ? $"{tool}-nft-save 2>/dev/null"
        : $"for table in $(cat /proc/net/{file}_tables_names 2>/dev/null); do {tool}-legacy-save{(file == "arp" ? "" : " -t $table")} 2>/dev/null; done";

    private static List<List<string>> Split(IEnumerable<string> lines)
    {
        List<List<string>> parts = [[]];
        foreach (var line in lines)
            if (line == Next)
                parts.Add([]);
            else
                parts[^1].Add(line);
        return parts;
    }

    private static HostProfile Settings(List<string> lines)
    {
        var values = lines
            .Where(line => !line.StartsWith("bridge ", StringComparison.Ordinal) && !line.StartsWith("port ", StringComparison.Ordinal))
            .Select(line => line.Split(' ', 2))
            .Where(words => words.Length == 2)
            .ToDictionary(words => words[0], words => words[1]);
        if (!values.TryGetValue("kernel", out var kernel))
            throw new HooktrailException($"The host's settings could not be read: {string.Join(" ", lines.Take(3))}.");
        var bridges = lines.Where(line => line.StartsWith("bridge ", StringComparison.Ordinal)).ToList();
        var ports = lines.Where(line => line.StartsWith("port ", StringComparison.Ordinal)).ToList();

        bool On(string name) => values.GetValueOrDefault(name) == "1";
        // Of «all» and the device's own, the greater counts (include/linux/inetdevice.h, IN_DEV_MAXCONF, IN_DEV_ORCONF).
        bool OnAny(string name, int value) => values
            .Where(pair => pair.Key.StartsWith("ipv4/conf/", StringComparison.Ordinal) && pair.Key.EndsWith("/" + name, StringComparison.Ordinal))
            .Select(pair => int.Parse(pair.Value, CultureInfo.InvariantCulture)).DefaultIfEmpty().Max() == value;
        bool Calls(string family) => On("bridge/bridge-nf-call-" + family)
            || bridges.Any(bridge => bridge.Contains($" nf_call_{family} 1", StringComparison.Ordinal));

        return HostProfile.Default with
        {
            Kernel = KernelVersion.Parse(kernel),
            BrNetfilter = values.ContainsKey("bridge/bridge-nf-call-iptables"),
            BridgeNfCallIptables = Calls("iptables"),
            BridgeNfCallIp6tables = Calls("ip6tables"),
            BridgeNfCallArptables = Calls("arptables"),
            BridgeNfFilterVlanTagged = On("bridge/bridge-nf-filter-vlan-tagged"),
            BridgeNfFilterPppoeTagged = On("bridge/bridge-nf-filter-pppoe-tagged"),
            IpForward = On("ipv4/ip_forward"),
            Ip6Forward = On("ipv6/conf/all/forwarding"),
            RpFilter = OnAny("rp_filter", 1),
            SendRedirects = OnAny("send_redirects", 1),
            RouteLocalnet = OnAny("route_localnet", 1),
            Hairpin = ports.Exists(port => port.Contains(" hairpin on", StringComparison.Ordinal)),
            Promiscuous = bridges.Exists(bridge => !bridge.Contains(" promiscuity 0 ", StringComparison.Ordinal)),
        };
    }
}
