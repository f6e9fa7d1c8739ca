using Hooktrail.Trails.Rules.Reading;

namespace Hooktrail.Trails.Rules;

/// <summary>
/// Reads the rules of a host as its tools print them. What a rule asks or does that the model does not know is in it as an
/// <see cref="UnknownMatch"/> or <see cref="UnknownTarget"/> by its name; our own tracepoints are left out.
/// </summary>
public static class RuleReader
{
    /// <summary>Reads the output of iptables-save, ip6tables-save, ebtables-save or arptables-save, of either backend.</summary>
    /// <param name="layer">Whose output it is.</param>
    /// <param name="saved">The output, of all tables or of some.</param>
    /// <param name="names">Who has which name in the lab.</param>
    /// <exception cref="HooktrailException">It is not such an output.</exception>
    public static RuleSet Xtables(Layer layer, string saved, INames names) => Xtables(layer, saved.Split('\n'), names, $"{layer.Name()}-save");

    /// <summary>The same, line by line.</summary>
    /// <param name="layer">Whose lines they are.</param>
    /// <param name="lines">The lines.</param>
    /// <param name="names">Who has which name in the lab.</param>
    /// <param name="source">How a message names the lines: the command that printed them, or a file.</param>
    /// <exception cref="HooktrailException">They are no such lines.</exception>
    public static RuleSet Xtables(Layer layer, IEnumerable<string> lines, INames names, string source) =>
        new(new XtablesReader(layer, names, source).Read(lines));

    /// <summary>
    /// Reads the output of <c>nft -j list ruleset</c>, without the tables of iptables-nft and its like, which their own tools
    /// print, and without those of our own observers. The text of <c>nft list ruleset</c> says more (the JSON of nft 1.0.6 garbles or leaves
    /// out flags of tables and sets), so whoever has the choice takes that: <see cref="Nftables(string, INames)"/>.
    /// </summary>
    /// <param name="listing">The output.</param>
    /// <param name="names">Who has which name in the lab.</param>
    /// <exception cref="HooktrailException">It is not such an output.</exception>
    public static RuleSet NftJson(string listing, INames names) =>
        Nftables(Reading.NftJson.Script(listing, "nft -j list ruleset"), names, "nft -j list ruleset");

    /// <summary>Reads the output of <c>nft list ruleset</c>; leaves out the same tables.</summary>
    /// <param name="listing">The output.</param>
    /// <param name="names">Who has which name in the lab.</param>
    /// <exception cref="HooktrailException">It is not such an output.</exception>
    public static RuleSet Nftables(string listing, INames names) => Nftables(listing.Split('\n'), names, "nft list ruleset");

    /// <summary>Reads tables as <c>nft list ruleset</c> prints them and <c>nft -f</c> takes them; leaves out the same.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="names">Who has which name in the lab.</param>
    /// <param name="source">How a message names the lines: the command that printed them, or a file.</param>
    /// <exception cref="HooktrailException">They are no such lines.</exception>
    public static RuleSet Nftables(IEnumerable<string> lines, INames names, string source) => new(new NftReader(names, source).Read(lines));
}
