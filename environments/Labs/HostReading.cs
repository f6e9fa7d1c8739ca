using System.Text.RegularExpressions;

namespace Hooktrail.Labs;

/// <summary>
/// Reads the output of <see cref="HostScript"/>: everything on a host that decides the trails of a lab's packets. Rules
/// are read from the kernel and never assumed.
/// </summary>
public static partial class HostReading
{
    /// <summary>Reads the whole output of the script.</summary>
    /// <returns>
    /// The profile. What the host does not show (the userland proxy, published ports, ebtables' table broute) has the
    /// values of <see cref="HostProfile.Default"/>, as has the order of registration without a history.
    /// </returns>
    /// <exception cref="HooktrailException">A tool is missing, failed, or printed something unexpected.</exception>
    public static HostProfile Parse(
        IReadOnlyList<string> lines, INames map, Backend iptables, Backend ebtables = Backend.Nft,
        RegistrationHistory? history = null) =>
        Parse(HostSections.Of(lines), map, iptables, ebtables, history);

    /// <summary>Reads a host from all of its parts, each as the script printed it last.</summary>
    /// <inheritdoc cref="Parse(IReadOnlyList{string}, INames, Backend, Backend, RegistrationHistory?)"/>
    public static HostProfile Parse(
        HostSections host, INames map, Backend iptables, Backend ebtables = Backend.Nft,
        RegistrationHistory? history = null)
    {
        HookLists.Note(host[HostParts.Hooks]);
        var sets = RuleReader.Sets(
            host[HostParts.Sets], map, "ipset save", [.. host[HostParts.Iptables], .. host[HostParts.Ip6tables]]);
        var script = RuleReader.NftScript(string.Concat(host[HostParts.Json]));
        ImmutableArray<(Layer Layer, Backend Backend, ImmutableArray<string> Lines)> saves =
        [
            (Layer.Iptables, iptables, host[HostParts.Iptables]),
            (Layer.Ip6tables, iptables, host[HostParts.Ip6tables]),
            (Layer.Arptables, iptables, host[HostParts.Arptables]),
            (Layer.Ebtables, ebtables, host[HostParts.Ebtables]),
        ];
        var rules = saves.Where(save => save.Backend == Backend.Legacy)
            .Select(save => RuleReader.Xtables(save.Layer, save.Lines, map, $"{save.Layer.Name()}-save", sets))
            .Append(RuleReader.OfScript(
                script, host[HostParts.Text],
                saves.Where(save => save.Backend == Backend.Nft)
                    .ToDictionary(save => save.Layer, save => (IEnumerable<string>)save.Lines),
                map,
                sets))
            .Append(Beside(host[HostParts.LegacyBeside], IpVersion.V4, map))
            .Append(Beside(host[HostParts.Legacy6Beside], IpVersion.V6, map))
            .Aggregate((rules, more) => rules.With(more));
        var profile = Settings(host[HostParts.Settings], map) with
        {
            Iptables = iptables,
            Ebtables = ebtables,
            Rules = rules,
            Conntrack = rules.NeedsConntrack(IpVersion.V4),
            Conntrack6 = rules.NeedsConntrack(IpVersion.V6),
        };
        if (history is null)
            return profile;
        var legacy = saves.Where(save => save.Backend == Backend.Legacy)
            .SelectMany(save => HookPoints.Of(save.Layer).Where(point => save.Lines.Contains("*" + point.Table)));
        return profile with
        {
            Registered = history.Look(profile, script, [.. legacy], HookListing.Parse(host[HostParts.Hooks])),
        };
    }

    // A host may have rules of both backends: the kernel treats all chains alike. Where iptables uses nft, the legacy
    // tables are named as base chains of separate tables, «ip iptables-legacy-filter»; where it uses the legacy
    // backend, those of iptables-nft are tables of nft like any other. The order of registration at one priority cannot
    // be read, so they count as registered later. A table without a rule does nothing.
    private static RuleSet Beside(ImmutableArray<string> translated, IpVersion version, INames map)
    {
        var (family, tool) = version == IpVersion.V4 ? ("ip", "iptables") : ("ip6", "ip6tables");
        var tables = new Dictionary<string, Dictionary<string, List<string>>>();
        foreach (var line in translated)
            switch (line.Split(' ', 6))
            {
                case ["add", "table", _, var table]:
                    tables[table] = [];
                    break;
                case ["add", "chain", _, var table, var chain, .. var hook]:
                    tables[table][chain] = [.. hook.Select(text => text.Trim('{', '}', ' '))];
                    break;
                case ["add", "rule", _, var table, var chain, var rule]:
                    tables[table][chain].Add(rule);
                    break;
                // The output contains a rule that has no translation to nft in its original form.
                case ["#", "-t", var table, "-A" or "-I", var chain, var rule]:
                    tables[table][chain].Add(Untranslated(rule, family));
                    break;
            }

        var lines = tables
            .Where(table =>
                table.Value.Values.Any(rules => rules.Exists(rule => !rule.StartsWith("type ", StringComparison.Ordinal)
                    || rule.Contains("policy drop", StringComparison.Ordinal))))
            .SelectMany(table => (string[])
            [
                $"table {family} {tool}-legacy-{table.Key} {{",
                .. table.Value.SelectMany(chain => (string[])[$"chain {chain.Key} {{", .. chain.Value, "}"]),
                "}",
            ]);
        return RuleReader.Nftables(lines, map, $"{tool}-legacy-save");
    }

    /// <summary>
    /// A rule that the tools could not translate to nft. They print addresses, devices and the protocol first, which
    /// nft can express. The effect of the rest of the rule is unknown.
    /// </summary>
    private static string Untranslated(string rule, string family)
    {
        var words = rule.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (at, known) = (0, "");
        while (words[at..] is ["!", var option, var value, ..]
            ? Known(option, value, "!= ")
            : words[at..] is [var plain, var argument, ..] && Known(plain, argument, ""))
            at += words[at] == "!" ? 3 : 2;
        return $"{known}unreadable \"{string.Join(' ', words[at..]).Replace('"', '\'')}\"";

        bool Known(string option, string value, string not)
        {
            var selector = option switch
            {
                "-s" => $"{family} saddr",
                "-d" => $"{family} daddr",
                "-i" => "iifname",
                "-o" => "oifname",
                "-p" => "meta l4proto",
                _ => null,
            };
            known += selector is null
                ? ""
                : $"{selector} {not}{(option is "-i" or "-o" ? $"\"{value.Replace('+', '*')}\"" : value)} ";
            return selector is not null;
        }
    }

    private static HostProfile Settings(ImmutableArray<string> lines, INames map)
    {
        var values = lines
            .Select(line => line.Split(' ', 2))
            .Where(words => words.Length == 2
                && (words[0] == "kernel" || words[0].Split('/')[0] is "ipv4" or "ipv6" or "bridge"))
            .ToDictionary(words => words[0], words => words[1]);
        if (!values.TryGetValue("kernel", out var kernel))
            throw new HooktrailException(
                $"The host's settings could not be read; the script printed «{string.Join(" | ", lines.Take(3))}».");
        // «3: lab: <…> … promiscuity 0 …», «7: client.port@if2: <…> … master lab … hairpin off …»; other bridges are
        // not the lab's.
        var bridges = lines.Where(
            line => Link().Match(line) is { Success: true } link && IsBridge(link.Groups[1].Value, map)).ToList();
        var ports = lines.Where(
            line => Master().Match(line) is { Success: true } master && IsBridge(master.Groups[1].Value, map)).ToList();

        bool On(string name) => values.GetValueOrDefault(name) == "1";
        int Value(string device, string name) =>
            int.TryParse(
                values.GetValueOrDefault($"ipv4/conf/{device}/{name}"), CultureInfo.InvariantCulture, out var value)
                ? value
                : 0;
        // For rp_filter the greater of «all» and the device's own value counts (include/linux/inetdevice.h,
        // IN_DEV_MAXCONF). For the others either value is enough (IN_DEV_ORCONF); they are never more than 1.
        bool OnAny(string name) => values.Keys
            .Select(key => key.Split('/'))
            .Any(path => path is ["ipv4", "conf", not "all" and var device, var last]
                && last == name
                && Math.Max(Value("all", name), Value(device, name)) == 1);
        bool Calls(string family) => On("bridge/bridge-nf-call-" + family)
            || bridges.Exists(bridge => bridge.Contains($" nf_call_{family} 1", StringComparison.Ordinal));

        return HostProfile.Default with
        {
            Kernel = Kernel(kernel, lines),
            BrNetfilter = values.ContainsKey("bridge/bridge-nf-call-iptables"),
            BridgeNfCallIptables = Calls("iptables"),
            BridgeNfCallIp6tables = Calls("ip6tables"),
            BridgeNfCallArptables = Calls("arptables"),
            BridgeNfFilterVlanTagged = On("bridge/bridge-nf-filter-vlan-tagged"),
            BridgeNfFilterPppoeTagged = On("bridge/bridge-nf-filter-pppoe-tagged"),
            IpForward = On("ipv4/ip_forward"),
            Ip6Forward = On("ipv6/conf/all/forwarding"),
            RpFilter = OnAny("rp_filter"),
            SendRedirects = OnAny("send_redirects"),
            RouteLocalnet = OnAny("route_localnet"),
            Hairpin = ports.Exists(port => port.Contains(" hairpin on", StringComparison.Ordinal)),
            Promiscuous = bridges.Exists(bridge => !bridge.Contains(" promiscuity 0 ", StringComparison.Ordinal)),
        };
    }

    // «6.1.0-50-cloud-amd64» is «#1 SMP PREEMPT_DYNAMIC Debian 6.1.176-1 (2026-09-20)», «6.8.0-51-generic» is «Ubuntu
    // 6.8.0-51.52-generic 6.8.12».
    private static KernelVersion Kernel(string release, ImmutableArray<string> lines)
    {
        var named = KernelVersion.Parse(release);
        return named.Patch is not null
            ? named
            : lines.Select(line => Stable().Match(line))
                .Where(match => match.Success)
                .Select(match => KernelVersion.Parse(match.Groups[1].Value))
                .FirstOrDefault(stable => stable.IsOfSeriesOf(named), named);
    }

    private static bool IsBridge(string printed, INames map) => LabNames.Networks.Contains(map.Device(printed));

    [GeneratedRegex(@"\A\d+: ([^:@ ]+)(?:@\S+)?: .* promiscuity ")]
    private static partial Regex Link();

    [GeneratedRegex(@"\Aversion .*\b(?:Debian |Ubuntu \S+ )(\d+\.\d+\.\d+)")]
    private static partial Regex Stable();

    [GeneratedRegex(@"\A\d+: .* master (\S+) ")]
    private static partial Regex Master();
}
