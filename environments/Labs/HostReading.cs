using System.Text.RegularExpressions;

namespace Hooktrail.Labs;

/// <summary>
/// Reads everything on a host that decides the trails of a lab's packets: a script that changes nothing, and a parser
/// for its output. Rules are read from the kernel and never assumed.
/// </summary>
public static partial class HostReading
{
    private const string Next = "hooktrail: next";
    private const string Cannot = "hooktrail: cannot: ";

    /// <summary>A bash script for the host's network namespace. It changes nothing, and creates no table.</summary>
    /// <remarks>Devices have their names in the lab; sysctls is the path of the host's /proc/sys/net.</remarks>
    /// <remarks>
    /// Listing a table of the legacy backend creates it (net/netfilter/x_tables.c, <c>xt_find_table_lock</c>), so the
    /// script lists only tables that the kernel reports. The kernel reports none of ebtables; the script lists those
    /// only if the host uses them.
    /// </remarks>
    public static string Script(
        Backend iptables, IHostNames names, ImmutableArray<string> devices,
        string sysctls = "/proc/sys/net", Backend ebtables = Backend.Nft)
    {
        var all = string.Join(' ', devices.Select(names.Device));
        return $$"""
            # No process where the shell itself can do it: a host is read after every change, and a process costs milliseconds.
            set_of() { local value; [ ! -e {{sysctls}}/$1 ] || { read -r value <{{sysctls}}/$1; echo "$1 $value"; }; }
            run() { # PROGRAM ARGUMENTS: what it prints, and if it fails, why
                local said start=exec
                # The agent has a function for nft, which is faster by a third, and which exec would go past.
                ! declare -F "$1" >/dev/null || start=
                type -P "$1" >/dev/null || { echo "{{Cannot}}the program $1 is missing"; return; }
                { said=$($start "$@" 2>&1 >&4 4>&-) || echo "{{Cannot}}$1 said «${said//$'\n'/ | }»"; } 4>&1
            }
            translated() { # FAMILY: rules of iptables in nft's words
                local saved
                saved=$(</dev/stdin)
                [ -z "${saved//[[:space:]]/}" ] || run "$1-restore-translate" -f /dev/stdin <<<"$saved"
            }
            unlisted= named=
            saved() { # PROGRAM: what it prints of tables; nft lists them too, and in full
                local said
                type -P "$1" >/dev/null || { echo "{{Cannot}}the program $1 is missing"; return; }
                said=$(exec "$1" 2>/dev/null) || unlisted=1
                [[ $said != *" is incompatible"* ]] || unlisted=1
                [[ $said != *--match-set* ]] || named=1
                printf '%s\n' "$said"
            }
            listing() { # nft's own list; its JSON has no device of an ingress chain of family inet (1.0.6)
                local said
                said=$(nft -j list ruleset 2>/dev/null) || { run nft -j list ruleset; return; }
                [[ $said != *'"hook": "'[ie]*gress'"'* ]] || unlisted=1
                printf '%s\n' "$said"
            }
            {{EbtablesLegacy.Saved}}
            find_tables() { tables=(); [ ! -r "/proc/net/$1_tables_names" ] || mapfile -t tables <"/proc/net/$1_tables_names"; }
            read -r release </proc/sys/kernel/osrelease; echo "kernel $release"
            # Distributions name a kernel as they like, and say here what stable release it is.
            read -r version </proc/sys/kernel/version; echo "version $version"
            [ ! -e /proc/version_signature ] || { read -r version </proc/version_signature; echo "version $version"; }
            set_of ipv4/ip_forward; set_of ipv6/conf/all/forwarding
            for name in call-iptables call-ip6tables call-arptables filter-vlan-tagged filter-pppoe-tagged; do set_of bridge/bridge-nf-$name; done
            for name in rp_filter send_redirects route_localnet; do for device in all {{all}}; do set_of ipv4/conf/$device/$name; done; done
            run ip -d -o link show type bridge
            run bridge -d -o link show
            {{HookLists.Script}}
            {{string.Concat(Tools(iptables, ebtables).Select(tool => $"echo '{Next}'; {tool}\n"))}}
            :
            """;
    }

    /// <summary>Reads the script's output.</summary>
    /// <returns>
    /// The profile. What the host does not show (the userland proxy, published ports, ebtables' table broute) has the
    /// values of <see cref="HostProfile.Default"/>, as has the order of registration without a history.
    /// </returns>
    /// <exception cref="HooktrailException">A tool is missing, failed, or printed something unexpected.</exception>
    public static HostProfile Parse(
        IReadOnlyList<string> lines, INames map, Backend iptables, Backend ebtables = Backend.Nft,
        RegistrationHistory? history = null)
    {
        if (lines.FirstOrDefault(line => line.StartsWith(Cannot, StringComparison.Ordinal)) is { } failed)
            throw new HooktrailException(
                $"The host's settings and rules could not be read: {failed[Cannot.Length..].TrimEnd('.')}; check that iproute2, iptables, arptables, ebtables and nftables are installed, and that the lab can use them.");
        var parts = Split(lines);
        if (parts.Count != 10)
            throw new HooktrailException($"The host's settings and rules could not be read; the script printed «{string.Join(" | ", lines.TakeLast(3))}».");
        HookLists.Note(parts[0]);
        var sets = RuleReader.Sets(parts[9], map, "ipset save", [.. parts[1], .. parts[2]]);
        var script = RuleReader.NftScript(string.Concat(parts[5]));
        var saves = Layers(iptables, ebtables).Select((layer, at) => (layer.Layer, layer.Backend, Lines: parts[at + 1]))
            .ToList();
        var rules = saves.Where(save => save.Backend == Backend.Legacy)
            .Select(save => RuleReader.Xtables(save.Layer, save.Lines, map, $"{save.Layer.Name()}-save", sets))
            .Append(RuleReader.OfScript(
                script, parts[6],
                saves.Where(save => save.Backend == Backend.Nft)
                    .ToDictionary(save => save.Layer, save => (IEnumerable<string>)save.Lines),
                map,
                sets))
            .Append(Beside(parts[7], IpVersion.V4, map))
            .Append(Beside(parts[8], IpVersion.V6, map))
            .Aggregate((rules, more) => rules.With(more));
        var profile = Settings(parts[0], map) with
        {
            Iptables = iptables,
            Ebtables = ebtables,
            Rules = rules,
            Conntrack = rules.NeedsConntrack(IpVersion.V4),
            Conntrack6 = rules.NeedsConntrack(IpVersion.V6),
        };
        ImmutableArray<HookPoint> legacy =
        [
            .. iptables == Backend.Legacy
                ? TablesOf(Layer.Iptables, parts[1])
                    .Concat(TablesOf(Layer.Ip6tables, parts[2])).Concat(TablesOf(Layer.Arptables, parts[3]))
                : [],
            .. ebtables == Backend.Legacy ? TablesOf(Layer.Ebtables, parts[4]) : [],
        ];
        return history is null
            ? profile
            : profile with
            {
                Registered = history.Look(
                    profile, script, legacy, HookListing.Parse(parts[0])),
            };
    }

    private static IEnumerable<HookPoint> TablesOf(Layer layer, List<string> saved) =>
        HookPoints.Of(layer).Where(point => saved.Contains("*" + point.Table));

    private static IEnumerable<(Layer Layer, Backend Backend)> Layers(Backend iptables, Backend ebtables) =>
        [
            (Layer.Iptables, iptables), (Layer.Ip6tables, iptables), (Layer.Arptables, iptables),
            (Layer.Ebtables, ebtables),
        ];

    // In the order in which the parser expects them.
    private static IEnumerable<string> Tools(Backend iptables, Backend ebtables) =>
    [
        Save("iptables", iptables, "ip"), Save("ip6tables", iptables, "ip6"), Save("arptables", iptables, "arp"),
        ebtables == Backend.Nft
            ? "saved ebtables-nft-save"
            : $"for table in {EbtablesLegacy.Tables}; do run ebtables-legacy -t $table -L | saved_legacy; done",
        "listing",
        // Only this list has the devices, and nft's words for extensions of iptables, and it takes as long again.
        (iptables, ebtables) == (Backend.Nft, Backend.Nft)
            ? "[ -z \"$unlisted\" ] || run nft list ruleset"
            : "run nft list ruleset",
        .. iptables == Backend.Nft ? [Beside("iptables", "ip"), Beside("ip6tables", "ip6")] : (string[])["", ""],
        // Without the program no entry is known. Sets of other programs' rules do not matter.
        "[[ -z $named ]] || ! type -P ipset >/dev/null || run ipset save",
    ];

    // arptables has only one table, and arptables-legacy-save takes none.
    private static string Save(string tool, Backend backend, string family) => backend == Backend.Nft
        ? $"saved {tool}-nft-save"
        : $"find_tables {family}; [ ${{#tables[@]}} = 0 ] || named=1; for table in \"${{tables[@]}}\"; do run {tool}-legacy-save{(family == "arp" ? "" : " -t $table")}; done";

    // Most hosts have no rules of the legacy backend beside those of nft.
    private static string Beside(string tool, string family) =>
        $"find_tables {family}; [ ${{#tables[@]}} = 0 ] || for table in \"${{tables[@]}}\"; do run {tool}-legacy-save -t $table; done | translated {tool}";

    // A host may have rules of both backends: the kernel treats all chains alike. Where iptables uses nft, the legacy
    // tables are named as base chains of separate tables, «ip iptables-legacy-filter»; where it uses the legacy
    // backend, those of iptables-nft are tables of nft like any other. The order of registration at one priority cannot
    // be read, so they count as registered later. A table without a rule does nothing.
    private static RuleSet Beside(List<string> translated, IpVersion version, INames map)
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

    private static HostProfile Settings(List<string> lines, INames map)
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
    private static KernelVersion Kernel(string release, List<string> lines)
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
