using System.Text.RegularExpressions;
using Hooktrail.Rules.Reading;

namespace Hooktrail.Rules.Changing;

/// <summary>
/// Does to rules what a command does to them on a host: <c>iptables -I DOCKER-USER -s 203.0.113.0/24 -j DROP</c>,
/// <c>nft delete rule inet own input handle 7</c>.
/// </summary>
public static partial class RuleCommand
{
    /// <param name="rules">The rules of the host.</param>
    /// <param name="command">A command of iptables, ip6tables, arptables, ebtables or nft.</param>
    /// <param name="iptables">The backend of the host's iptables.</param>
    /// <param name="ebtables">The backend of its ebtables.</param>
    /// <param name="names">The host's names.</param>
    /// <exception cref="HooktrailException">It is no such command, or the tool would refuse it.</exception>
    public static RuleSet Apply(RuleSet rules, string command, Backend iptables, Backend ebtables, INames names)
    {
        var words = Words(command);
        if (words is ["nft", var whole] && whole.Contains(' '))
            return Apply(rules, $"nft {whole}", iptables, ebtables, names);
        if (words.IsEmpty)
            throw new HooktrailException("A rule is empty; write a command, such as \"iptables -I FORWARD -j DROP\".");
        if (words[0] == "nft")
            return new NftCommand(rules, command, names).Apply(words);
        var parts = words[0].Split('-');
        if (parts.Length > 2 || parts[0] is not ("iptables" or "ip6tables" or "arptables" or "ebtables"))
            throw new HooktrailException(
                $"\"{command}\" is no rule; begin with iptables, ip6tables, arptables, ebtables or nft, as in \"iptables -I FORWARD -j DROP\".");
        var layer = Layers.Parse(parts[0]);
        var backend = layer == Layer.Ebtables ? ebtables : iptables;
        if (parts is [_, var named] && Backends.Parse(named) != backend)
            throw new HooktrailException(
                $"This host's {parts[0]} uses {backend.Name()}; write \"{parts[0]}{command[words[0].Length..]}\".");
        return new XtablesCommand(rules, layer, command, names).Apply(words[1..]);
    }

    /// <summary>
    /// The words of a command as a shell splits them; a word in quotes is one. Without <c>sudo</c>.
    /// </summary>
    public static ImmutableArray<string> Words(string command)
    {
        // A shell takes single quotes too.
        var words = RuleTokens.Split(InQuotes().Replace(command, "\"$1\""));
        return words is ["sudo", ..] ? words.RemoveAt(0) : words;
    }

    /// <summary>Adds tables, as <c>nft -f</c> does; a chain that is there gets more rules at its end.</summary>
    /// <param name="rules">The rules of the host.</param>
    /// <param name="lines">The tables, as <c>nft list ruleset</c> prints them.</param>
    /// <param name="source">What messages call the lines.</param>
    /// <param name="names">The host's names.</param>
    /// <exception cref="HooktrailException">The lines are no such tables, or have a table of iptables.</exception>
    public static RuleSet AddTables(RuleSet rules, IEnumerable<string> lines, string source, INames names)
    {
        var more = RuleReader.Nftables(lines, names, source);
        var shared = more.Chains.FirstOrDefault(chain => rules.Chains.Any(other =>
            other.Id.Layer != Layer.Nftables && chain.Id.Table == $"{other.Id.Layer.Family()} {other.Id.Table}"));
        return shared is null
            ? rules.With(more)
            : throw new HooktrailException(
                $"{source} has the table {shared.Id.Table}, which a tool of iptables has on this host; add its rules by --rule.");
    }

    [GeneratedRegex(@"(?<=\s)'([^'""\\]*)'(?=\s|\z)")]
    private static partial Regex InQuotes();
}
