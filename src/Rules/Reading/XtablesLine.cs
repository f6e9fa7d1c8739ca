namespace Hooktrail.Rules.Reading;

/// <summary>A rule as a save tool printed it, without the chain's name.</summary>
internal sealed record XtablesLine(ChainId Chain, ImmutableArray<string> Tokens, string Where)
{
    /// <summary>The rule in nft's words and the lab's names, if only nft has words for it; null for others.</summary>
    public string? Nft { get; init; }
}
