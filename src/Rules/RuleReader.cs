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

    /// <summary>Messages call the lines <paramref name="source"/>: a command or a file.</summary>
    /// <exception cref="HooktrailException">The lines are not of such a tool.</exception>
    public static RuleSet Xtables(Layer layer, IEnumerable<string> lines, INames names, string source) =>
        new(new XtablesReader(layer, names, source).Read(lines));

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
