using System.Text;
using System.Text.RegularExpressions;

namespace Hooktrail.Labs;

/// <summary>
/// Translates the lab's names in rules for a host: devices, addresses, networks and published ports.
/// Everything else stays as written.
/// </summary>
public static partial class LabWords
{
    private static readonly HashSet<string> BeforeDevice =
        [
            "-i", "-o",
            "--in-interface", "--out-interface", "--physdev-in", "--physdev-out", "--logical-in", "--logical-out"
        ];

    private static readonly HashSet<string> BeforeAddress =
    [
        "-s", "-d", "--source", "--destination", "--src", "--dst", "--to-destination", "--to-source", "--to", "--ip-src",
        "--ip-source", "--ip-dst", "--ip-destination", "--ip6-src", "--ip6-source", "--ip6-dst", "--ip6-destination",
        "--arp-ip-src", "--arp-ip-dst", "--src-ip", "--dst-ip", "--ctorigsrc", "--ctorigdst", "--ctreplsrc",
        "--ctrepldst",
    ];

    private static readonly HashSet<string> BeforePort =
        ["--dport", "--destination-port", "--dports", "--ports", "--ctorigdstport"];

    /// <summary>The tools for <see cref="HostChange.Rule"/>, with the IP version of their addresses.</summary>
    private static readonly Dictionary<string, (Layer Layer, IpVersion Version)> Tools = new()
    {
        ["iptables"] = (Layer.Iptables, IpVersion.V4),
        ["ip6tables"] = (Layer.Ip6tables, IpVersion.V6),
        ["arptables"] = (Layer.Arptables, IpVersion.V4),
        ["ebtables"] = (Layer.Ebtables, IpVersion.V4),
    };

    /// <summary>Translates a complaint about what the kernel or the tool lacks; null for any other.</summary>
    /// <param name="complaint">The attempted command, and the tool's message.</param>
    public static CannotChangeException? Lack(string complaint) =>
        complaint.Contains("table 'broute' does not exist", StringComparison.Ordinal) ? new(
            "The ebtables of this machine has no table broute: ebtables-nft has it from iptables 1.8.10 on; upgrade iptables, or use the Docker lab.")
        // libnftables adds this text if the kernel does not know a hook, a type of chain or an expression.
        : complaint.Contains("perhaps kernel support is missing", StringComparison.Ordinal)
        ? new($"This kernel does not support what the table needs; a newer kernel may. {complaint}")
        : NoChain().Match(complaint) is { Success: true } missing
        ? new(
            $"This host's {missing.Groups["tool"].Value} has no chain {missing.Groups["chain"].Value} in the table {missing.Groups["table"].Value}, so no rule can be added to it{(missing.Groups["chain"].Value == "DOCKER-USER" ? ": Docker has it in iptables, in ip6tables from 27 on, and not with its nftables backend" : "")}.")
        : null;

    /// <summary>
    /// A script that runs a command of <see cref="Xtables"/>. If that fails because the chain does not exist, it says
    /// so: «No chain/target/match by that name» does not tell.
    /// </summary>
    public static string Adding(string program, string add)
    {
        var words = add.Split(' ');
        var chain = words[Array.FindIndex(words, word => word is "-A" or "-I" or "--append" or "--insert") + 1];
        // A built-in chain that the table lacks is a mistake in the rule.
        if (HookPoints.All.Any(point => point.Chain == chain))
            return $"{program} {add}";
        var table = Array.FindIndex(words, word => word is "-t" or "--table") is var at and >= 0
            ? words[at + 1]
            : "filter";
        var list = program.StartsWith("ebtables", StringComparison.Ordinal) ? "-L" : "-S";
        return $"{program} {add} || {{ {program} -t {table} {list} {chain} >/dev/null 2>&1 || echo '{program.Split(' ', '-')[0]} has no chain {chain} in {table}'; exit 1; }}";
    }

    /// <summary>
    /// A tool's program. A rule may give the full name, such as <c>iptables-legacy -A …</c> on a host with nft.
    /// </summary>
    public static string Program(string tool, Backend iptables, Backend ebtables = Backend.Nft) =>
        tool.Contains('-') ? tool : $"{tool}-{(tool == "ebtables" ? ebtables : iptables).Name()}";

    /// <summary>
    /// Translates a command of iptables, ip6tables, arptables or ebtables that adds a rule (-A, -I) or a chain (-N), or
    /// sets a policy (-P). Words with spaces are in quotes.
    /// </summary>
    /// <param name="command">The command, in the lab's names.</param>
    /// <param name="host">The host's names.</param>
    /// <param name="rules">The host's rules, whose policy is set back; without them every policy was ACCEPT.</param>
    /// <returns>The tool for <see cref="Program"/>, and its arguments to make and to undo it, for a shell.</returns>
    /// <exception cref="HooktrailException">The command does nothing of this.</exception>
    public static (string Tool, string Add, string Delete) Xtables(
        string command, IHostNames host, RuleSet? rules = null)
    {
        var words = Words(command);
        if (words.Length == 0 || !Tools.TryGetValue(Backends().Replace(words[0], ""), out var tool))
            throw new HooktrailException(
                $"\"{command}\" is not a rule: begin with one of {string.Join(", ", Tools.Keys)}, as in \"iptables -t filter -A FORWARD -s client -j DROP\".");
        var verb = Array.FindIndex(words, word => word is "-A" or "-I" or "--append" or "--insert"
            or "-N" or "--new-chain" or "-P" or "--policy");
        if (verb < 0 || verb + 1 >= words.Length || words[verb] is "-P" or "--policy" && verb + 2 >= words.Length)
            throw new HooktrailException(
                $"\"{command}\" adds no rule: it needs -A or -I with a chain, -N with a new one, or -P with a chain and its policy.");
        if (words.FirstOrDefault(word => !Harmless().IsMatch(word) && !HarmlessInQuotes(command, word)) is { } odd)
            throw new HooktrailException(
                $"\"{odd}\" in \"{command}\" is not allowed in a rule; use only letters, digits and . : / , _ + = ! -, and in quotes also spaces and & < > @ # ( ) % *.");

        var add = new List<string>();
        for (var i = 1; i < words.Length; i++)
        {
            var (before, word) = (words[i - 1] == "!" && i > 1 ? words[i - 2] : words[i - 1], words[i]);
            add.Add(
                word == "!" ? word
                : BeforeDevice.Contains(before) ? Device(word, host)
                : BeforeAddress.Contains(before)
                ? Addresses(
                    word, before.StartsWith("--ip6", StringComparison.Ordinal) ? IpVersion.V6 : tool.Version, host)
                : BeforePort.Contains(before) ? Ports(word, host)
                : word);
        }

        var undo = add.ToList();
        switch (words[verb])
        {
            case "-N" or "--new-chain":
                undo = [.. undo[..(verb - 1)], "-X", words[verb + 1]];
                break;
            case "-P" or "--policy":
                var table = Array.FindIndex(words, word => word is "-t" or "--table") is var at and > 0
                    && at + 1 < words.Length
                    ? words[at + 1]
                    : "filter";
                undo[verb + 1] = rules?.Find(new(tool.Layer, table, words[verb + 1]))?.Policy == Policy.Drop
                    ? "DROP"
                    : "ACCEPT";
                break;
            default:
                undo[verb - 1] = "-D";
                if (words[verb] is "-I" or "--insert" && verb + 1 < undo.Count && int.TryParse(undo[verb + 1], out _))
                    undo.RemoveAt(verb + 1);
                break;
        }

        return (words[0], string.Join(' ', add.Select(Quoted)), string.Join(' ', undo.Select(Quoted)));
    }

    /// <summary>The words of a command; one with spaces is in quotes, single or double.</summary>
    public static string[] Words(string command) =>
    [
        .. CommandWord().Matches(command)
            .Select(word => word.Groups["quoted"] is { Success: true } text ? text.Value : word.Value),
    ];

    private static string Quoted(string word) => Harmless().IsMatch(word) ? word : $"'{word}'";

    private static bool HarmlessInQuotes(string command, string word) =>
        InQuotes().IsMatch(word)
        && (command.Contains($"\"{word}\"", StringComparison.Ordinal)
            || command.Contains($"'{word}'", StringComparison.Ordinal));

    private static string Addresses(string word, IpVersion version, IHostNames host) =>
        string.Join(',', word.Split(',').Select(one => Address(one, version, host)));

    /// <summary>Translates tables of nf_tables for <c>nft -f</c> on the host.</summary>
    /// <remarks>Devices are in quotes; addresses follow saddr, daddr, ip or to.</remarks>
    public static string Nft(string text, IHostNames host)
    {
        var result = new StringBuilder();
        var (family, version, before) = ("", IpVersion.V4, "");
        foreach (System.Text.RegularExpressions.Match token in NftToken().Matches(text))
        {
            var word = token.Value;
            if (before == "table")
                family = word;
            version = word switch
            {
                "ip6" => IpVersion.V6,
                "ip" or "arp" => IpVersion.V4,
                // A new rule has a new address family.
                ";" or "\n" or "{" when before is not ("saddr" or "daddr") =>
                    family == "ip6" ? IpVersion.V6 : IpVersion.V4,
                _ => version,
            };
            result.Append(
                word is ['"', .. var name, '"'] && before is "iifname" or "oifname" or "iif" or "oif" or "device"
                    or "ibrname" or "obrname" or "," or "{"
                    ? $"\"{Device(word.Trim('"'), host)}\""
                : before is "saddr" or "daddr" or "to" or "ip" or "," or "{" or "!=" ? Address(word, version, host)
                : before is "dport" ? Ports(word, host)
                : word);
            if (!string.IsNullOrWhiteSpace(word) || word == "\n")
                before = word;
        }

        return result.ToString();
    }

    /// <summary>Translates sets of ipset for <c>ipset restore</c> on the host.</summary>
    /// <exception cref="HooktrailException">A line neither creates a set nor adds to one.</exception>
    public static string Sets(string text, IHostNames host)
    {
        var made = new Dictionary<string, (IpVersion Version, bool ByDevice)>();
        var lines = new List<string>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            switch (line.Split(' '))
            {
                case ["create", var name, var type, ..] when SetLine().IsMatch(line):
                    made[name] = (
                        line.Contains("family inet6", StringComparison.Ordinal) ? IpVersion.V6 : IpVersion.V4,
                        type.EndsWith(",iface", StringComparison.Ordinal));
                    lines.Add(line);
                    break;
                case ["add", var name, var entry, .. var rest]
                    when SetLine().IsMatch(line) && made.TryGetValue(name, out var set):
                    var parts = entry.Split(',');
                    var shown = parts.Select((part, at) => set.ByDevice && at == parts.Length - 1
                        ? Device(part, host)
                        : Address(part, set.Version, host));
                    lines.Add(string.Join(' ', ["add", name, string.Join(',', shown), .. rest]));
                    break;
                default:
                    throw new HooktrailException(
                        $"\"{line}\" is no line of a set: write, for example, \"create evil hash:ip\" and \"add evil client\", a line each.");
            }

        return string.Join('\n', lines);
    }

    /// <summary>The sets that a text for ipset creates, in their order.</summary>
    public static IReadOnlyList<string> SetsOf(string text) =>
    [
        .. text.Split('\n').Select(line => line.Trim().Split(' '))
            .Where(words => words is ["create", _, ..])
            .Select(words => words[1]),
    ];

    /// <summary>
    /// A script that makes translated sets, all or none. It touches no set that is there already, and fails instead.
    /// </summary>
    public static string Making(string sets) =>
        $$"""
        type -P ipset >/dev/null || { echo 'the program ipset is missing: install it'; exit 1; }
        for set in {{string.Join(' ', SetsOf(sets))}}; do
            ! ipset list "$set" -name >/dev/null 2>&1 || { echo "the host already has a set $set; use another name"; exit 1; }
        done
        ipset restore <<'END' || { {{string.Join("; ", SetsOf(sets).Reverse().Select(set => $"ipset destroy {set} 2>/dev/null"))}}; exit 1; }
        {{sets}}
        END

        """;

    /// <summary>The tables that a text for nft creates, as <c>family name</c>.</summary>
    /// <exception cref="HooktrailException">The text creates no table.</exception>
    public static IReadOnlyList<string> TablesOf(string text)
    {
        var tables = NftTable()
            .Matches(text)
            .Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value}")
            .Distinct()
            .ToList();
        return tables.Count > 0
            ? tables
            : throw new HooktrailException(
                "The nft text has no table; write, for example, \"table ip mine { chain c { type filter hook forward priority 0; }; }\".");
    }

    private static string Device(string word, IHostNames host) =>
        LabNames.Networks.Contains(word) || word == LabNames.WanNic || word.EndsWith(".port", StringComparison.Ordinal)
            ? host.Device(word)
            : word;

    private static string Address(string word, IpVersion version, IHostNames host)
    {
        var match = Named().Match(word);
        if (!match.Success || !IsAddress(match.Groups[1].Value))
            return word;
        var (address, port) = (host.Address(match.Groups[1].Value, version), match.Groups[2].Value);
        return port.Length == 0 ? address : version == IpVersion.V6 ? $"[{address}]{port}" : address + port;
    }

    private static string Ports(string word, IHostNames host) => string.Join(
        ',', word.Split(',').Select(port => int.TryParse(port, out var number) ? $"{host.Port(number)}" : port));

    private static bool IsAddress(string name) =>
        name is LabNames.HostOnWan or LabNames.HostOnLoopback
        || LabNames.Networks.Contains(name)
        || LabNames.Networks.Any(
            network => name == LabNames.GatewayOf(network) || name == LabNames.BroadcastOf(network))
        || Endpoint.All.Any(
            endpoint => endpoint.Kind is EndpointKind.Container or EndpointKind.Wan && endpoint.Name == name);

    [GeneratedRegex(@"\b(?<tool>\w+) has no chain (?<chain>\S+) in (?<table>\w+)")]
    private static partial Regex NoChain();

    [GeneratedRegex("-(?:nft|legacy)$")]
    private static partial Regex Backends();

    [GeneratedRegex(@"\A[A-Za-z0-9.:/,_+=!\[\]-]+\z")]
    private static partial Regex Harmless();

    [GeneratedRegex(@"\A[A-Za-z0-9.:/,_+=!\[\] &<>@#()%*-]*\z")]
    private static partial Regex InQuotes();

    [GeneratedRegex("""
        "(?<quoted>[^"]*)"(?=\s|$)|'(?<quoted>[^']*)'(?=\s|$)|\S+
        """)]
    private static partial Regex CommandWord();

    [GeneratedRegex(@"\A([a-z][a-z.]*)(:\d+(?:-\d+)?)?\z")]
    private static partial Regex Named();

    [GeneratedRegex(@"\A[A-Za-z0-9.:/,_ -]+\z")]
    private static partial Regex SetLine();

    [GeneratedRegex("""
        "[^"]*"|\n|[^\S\n]+|[{};,]|!=|[^\s{};,"]+
        """)]
    private static partial Regex NftToken();

    [GeneratedRegex(@"\btable\s+(ip|ip6|inet|bridge|arp|netdev)\s+([A-Za-z0-9_.-]+)\s*\{")]
    private static partial Regex NftTable();
}
