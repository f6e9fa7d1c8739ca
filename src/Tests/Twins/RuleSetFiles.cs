using System.Text.RegularExpressions;
using Hooktrail.Twins;

namespace Hooktrail.Tests.Twins;

/// <summary>
/// The rule sets of real hosts (src/Tests/Rules/rulesets), as a twin loads them. With the rules of one come the sets of
/// ipset and the counters of nfacct that they name.
/// </summary>
internal static partial class RuleSetFiles
{
    private static readonly string Folder = Path.Combine(TestContext.CurrentContext.TestDirectory, "rulesets");

    // A user's rules go before it, and a file that is loaded later would append them.
    private const string DockersReturn = "-A DOCKER-USER -j RETURN\n";

    public static IEnumerable<string> Names => Directory.GetFiles(Folder)
        .Select(path => Path.GetFileName(path))
        .Where(name => Path.GetExtension(name) is ".v4" or ".v6" or ".nft")
        .Order(StringComparer.Ordinal);

    /// <param name="file">Its name.</param>
    /// <param name="sets">The sets that no file beside it has; they are empty.</param>
    public static IEnumerable<LoadedRules> Of(string file, params IEnumerable<string> sets)
    {
        var rules = File.ReadAllText(Path.Combine(Folder, file));
        var saved = Path.Combine(Folder, file.Split('.', '-')[0] + ".ipset");
        if (rules.Contains("--match-set", StringComparison.Ordinal))
            yield return new(
                "ipset restore",
                File.Exists(saved)
                    ? File.ReadAllText(saved)
                    : string.Concat(sets.Select(set => $"create {set} hash:net timeout 300\nadd {set} 203.0.113.5\n")));
        foreach (var counters in NamedCounters.Of(rules.Split('\n')))
            yield return counters;
        // What nft lists of an extension of iptables it does not read again.
        if (file == "fail2ban.nft")
            rules = rules[rules.IndexOf("table inet", StringComparison.Ordinal)..];
        // Which port it is nobody can predict.
        rules = rules.Replace(" --random-fully", "", StringComparison.Ordinal)
            .Replace(" fully-random", "", StringComparison.Ordinal);
        if (file == "docker-20.10-host.v4")
            rules = rules.Replace(DockersReturn, "", StringComparison.Ordinal);
        yield return new(Program(file), rules);
    }

    /// <summary>
    /// What people write, a rule each: those that this machine's tool and kernel take. Left out are targets that end
    /// every prediction (docs/matches.md), and matches that count packets: what they drop TCP sends again, another way.
    /// </summary>
    public static LoadedRules Idioms(string file)
    {
        var isNft = Path.GetExtension(file) == ".nft";
        var text = File.ReadAllText(Path.Combine(Folder, file));
        var rules = text[Math.Max(text.IndexOf("\tchain c {", StringComparison.Ordinal), 0)..].Split('\n')
            .Where(line => line.StartsWith(isNft ? "\t\t" : "-A DOCKER-USER", StringComparison.Ordinal)
                && !LeftOut().IsMatch(line))
            .Select(line => line.Trim());
        var taken = PrivateNamespace.Run(
            isNft
                ? $$"""
                    nft -f - <<'END'
                    {{Table}}}
                    }
                    END
                    while IFS= read -r rule; do nft "add rule inet t c $rule" 2>/dev/null && echo "$rule" || true; done <rules
                    """
                : """
                    iptables-nft -N DOCKER-USER && iptables-nft -A FORWARD -j DOCKER-USER
                    while IFS= read -r rule; do printf '*filter\n%s\nCOMMIT\n' "$rule" | iptables-nft-restore --noflush 2>/dev/null && echo "$rule" || true; done <rules
                    """,
            ("rules", string.Join('\n', rules) + "\n"));
        return isNft
            ? new("nft -f -", $"{Table}{taken}}}\n}}\n")
            : new("iptables-nft-restore --noflush", $"*filter\n:DOCKER-USER - [0:0]\n{taken}COMMIT\n");
    }

    private const string Table = """
        table inet t {
        set dyn { type ipv4_addr; flags dynamic,timeout; }
        set big { type ipv4_addr; flags interval; elements = { 203.0.113.0/24, 198.51.100.7 }; }
        chain c { type filter hook forward priority filter - 1;

        """;

    private static string Program(string file) => Path.GetExtension(file) switch
    {
        ".nft" => "nft -f -",
        ".v6" => "ip6tables-nft-restore --noflush",
        _ => "iptables-nft-restore --noflush",
    };

    [GeneratedRegex("NFQUEUE|TEE|TPROXY|statistic|numgen|limit|queue to|flow add|dup to|synproxy|type filter hook")]
    private static partial Regex LeftOut();
}
