using Hooktrail.Rules.Reading;

namespace Hooktrail.Rules;

/// <summary>
/// Reads rules. A part that the model does not know becomes an <see cref="UnknownMatch"/> or <see
/// cref="UnknownTarget"/> with its name; Hooktrail's own taps are left out.
/// </summary>
public static class RuleReader
{
    /// <summary>Reads the output of iptables-save or a relative, all tables or some, of either backend.</summary>
    /// <exception cref="HooktrailException">The text is no such output.</exception>
    public static RuleSet Xtables(Layer layer, string saved, INames names) =>
        Xtables(layer, saved.Split('\n'), names, $"{layer.Name()}-save");

    /// <summary>
    /// Reads the output of <c>ipset save</c>, for the rules that name the sets. A set that one of <paramref name="rules"/>
    /// fills is left out, as is one whose type the model does not know.
    /// </summary>
    /// <exception cref="HooktrailException">The text is no such output.</exception>
    public static ImmutableArray<IpSet> Sets(
        IEnumerable<string> saved, INames names, string source, params IEnumerable<string> rules) =>
        IpSets.Unchanged(new IpSetReader(names, source).Read(saved), rules);

    /// <summary>Reads such output, line by line.</summary>
    /// <param name="layer">The tool.</param>
    /// <param name="lines">What it printed.</param>
    /// <param name="names">The lab's names.</param>
    /// <param name="source">What messages call the lines: a command or a file.</param>
    /// <param name="sets">The sets that rules name, in the lab's names; without them such a match is unknown.</param>
    /// <exception cref="HooktrailException">The lines are not of such a tool.</exception>
    public static RuleSet Xtables(
        Layer layer, IEnumerable<string> lines, INames names, string source, ImmutableArray<IpSet> sets = default) =>
        new(new XtablesReader(layer, names, source, sets.IsDefault ? [] : sets).Read(lines))
        {
            Sets = sets.IsDefault ? [] : sets,
        };

    /// <summary>
    /// Reads <c>nft -j list ruleset</c> without the tables of iptables-nft and its relatives, and those of
    /// Hooktrail's observers. Prefer <see cref="Nftables(string, INames)"/>: the JSON of nft 1.0.6 garbles or
    /// omits flags of tables and sets.
    /// </summary>
    /// <exception cref="HooktrailException">The text is no such output.</exception>
    public static RuleSet NftJson(string listing, INames names) =>
        Nftables(Reading.NftJson.Script(listing, "nft -j list ruleset"), names, "nft -j list ruleset");

    /// <summary>Reads the output of <c>nft list ruleset</c>; leaves out the same tables.</summary>
    /// <exception cref="HooktrailException">The text is no such output.</exception>
    public static RuleSet Nftables(string listing, INames names) =>
        Nftables(listing.Split('\n'), names, "nft list ruleset");

    /// <summary>
    /// Reads tables as <c>nft list ruleset</c> prints them and <c>nft -f</c> accepts them; leaves out the same tables.
    /// </summary>
    /// <exception cref="HooktrailException">The lines are no such tables.</exception>
    public static RuleSet Nftables(IEnumerable<string> lines, INames names, string source) =>
        new(new NftReader(names, source).Read(lines));
}
