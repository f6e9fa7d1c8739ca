using Hooktrail.Rules.Reading;

namespace Hooktrail.Rules;

/// <summary>
/// Reads rules. A part that the model does not know becomes an <see cref="UnknownMatch"/> or <see
/// cref="UnknownTarget"/> with its name; Hooktrail's own taps are left out.
/// </summary>
public static class RuleReader
{
    private const string JsonListing = "nft -j list ruleset";

    /// <summary>Reads the output of iptables-save or a relative, all tables or some, of either backend.</summary>
    /// <exception cref="HooktrailException">The text is no such output.</exception>
    public static RuleSet Xtables(Layer layer, string saved, INames names) =>
        Xtables(layer, saved.Split('\n'), names, $"{layer.Name()}-save");

    /// <summary>
    /// Reads the output of <c>ipset save</c>, for the rules that name the sets. A set that one of <paramref
    /// name="rules"/> fills is left out, as is one whose type the model does not know.
    /// </summary>
    /// <exception cref="HooktrailException">The text is no such output.</exception>
    public static ImmutableArray<IpSet> Sets(
        IEnumerable<string> saved, INames names, string source, params IEnumerable<string> rules) =>
        IpSets.Unchanged(new IpSetReader(names, source).Read(saved), rules.Select(RuleTokens.Split));

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
    /// Reads <c>nft -j list ruleset</c>, without the tables of Hooktrail's observers. Chains of iptables-nft are chains
    /// of nft like any other, and extensions of iptables are unknown; <see cref="OfHost"/> knows more.
    /// </summary>
    /// <exception cref="HooktrailException">The text is no such output.</exception>
    public static RuleSet NftJson(string listing, INames names) =>
        Nftables(Reading.NftJson.Script(listing, JsonListing, withHandles: true), names, JsonListing);

    /// <summary>
    /// The same listing as nft's script, a line for each table, chain and rule; no table is left out.
    /// </summary>
    /// <exception cref="HooktrailException">The text is no such output.</exception>
    public static ImmutableArray<string> NftScript(string listing) => Reading.NftJson.Script(listing, JsonListing);

    /// <summary>Reads the output of <c>nft list ruleset</c>; leaves out the same tables.</summary>
    /// <exception cref="HooktrailException">The text is no such output.</exception>
    public static RuleSet Nftables(string listing, INames names) =>
        Nftables(listing.Split('\n'), names, "nft list ruleset");

    /// <summary>
    /// Reads tables as <c>nft list ruleset</c> prints them and <c>nft -f</c> accepts them; leaves out the same tables.
    /// </summary>
    /// <exception cref="HooktrailException">The lines are no such tables.</exception>
    public static RuleSet Nftables(IEnumerable<string> lines, INames names, string source) =>
        Read(new NftReader(names, source).Tables(lines), new([], []));

    /// <summary>
    /// Reads what nft and the save tools show of one host. nft shows every rule; the save tools show the text that
    /// users know for those that both show, and what extensions of iptables ask for.
    /// </summary>
    /// <param name="listing">The output of <c>nft -j list ruleset</c>.</param>
    /// <param name="translated">
    /// The output of <c>nft list ruleset</c>, which may have nft's words for extensions of iptables; empty if the save
    /// tools printed all their tables.
    /// </param>
    /// <param name="saves">
    /// The output of iptables-nft-save and its relatives, by the layer. Chains of other layers are nft's own.
    /// </param>
    /// <param name="names">The names of the lab.</param>
    /// <param name="sets">The sets that rules name, in the lab's names.</param>
    /// <exception cref="HooktrailException">A text is no such output.</exception>
    public static RuleSet OfHost(
        string listing, IEnumerable<string> translated,
        IReadOnlyDictionary<Layer, IEnumerable<string>> saves, INames names, ImmutableArray<IpSet> sets = default) =>
        OfScript(
            Reading.NftJson.Script(listing, JsonListing, withHandles: true), translated, saves, names, sets);

    /// <summary>
    /// As <see cref="OfHost"/>, from a listing that <see cref="NftScript"/> has read already.
    /// </summary>
    public static RuleSet OfScript(
        ImmutableArray<string> script, IEnumerable<string> translated,
        IReadOnlyDictionary<Layer, IEnumerable<string>> saves, INames names, ImmutableArray<IpSet> sets = default) =>
        Read(
            new NftReader(names, JsonListing).Tables(script),
            new(
                saves.ToDictionary(
                    save => save.Key,
                    save => SavedTables.Read(
                        save.Key, save.Value, names, $"{save.Key.Name()}-save", sets.IsDefault ? [] : sets)),
                new NftReader(names, "nft list ruleset").Tables(translated))) with
        {
            Sets = sets.IsDefault ? [] : sets,
        };

    private static RuleSet Read(ImmutableArray<NftTable> tables, SharedTables shared) =>
        new([.. tables.SelectMany(shared.Read)]);
}
