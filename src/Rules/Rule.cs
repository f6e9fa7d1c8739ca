namespace Hooktrail.Rules;

/// <summary>
/// A rule matches if all its matches hold. The text is as the tool prints it, without the table, in the lab's names:
/// <c>-A POSTROUTING -s lab ! -o lab -j MASQUERADE</c>.
/// </summary>
public sealed record Rule(string Text, ImmutableArray<Match> Matches, Target Target)
{
    /// <summary>
    /// Its place in the chain as the tool counts, from 1; 0 where no tool has listed it. One rule of a tool may be
    /// several here.
    /// </summary>
    public int Number { get; init; }

    /// <summary>The number by which nft deletes it; null for a rule that nft has not listed as its own.</summary>
    public long? Handle { get; init; }

    public bool Equals(Rule? other) =>
        other is not null
        && Text == other.Text
        && Target == other.Target
        && Matches.AsSpan().SequenceEqual(other.Matches.AsSpan());

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;
}
