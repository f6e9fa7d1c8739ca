namespace Hooktrail.Rules.Reading;

/// <summary>A rule as a save tool printed it, without the chain's name.</summary>
internal sealed record XtablesLine(ChainId Chain, ImmutableArray<string> Tokens, string Where)
{
    /// <summary>The rule in nft's words, in the lab's names, if only nft can express it; see <see cref="NftLine"/>.</summary>
    public string? Nft { get; init; }
}
