using System.Collections.Immutable;

namespace Hooktrail.Trails.Rules;

/// <summary>One rule: what it matches and what it then does. All matches must hold.</summary>
/// <param name="Text">
/// The rule as its tool prints it, without table, with devices and addresses by their names in the lab:
/// <c>-A POSTROUTING -s lab ! -o lab -j MASQUERADE</c>.
/// </param>
/// <param name="Matches">In the order in which they are written.</param>
/// <param name="Target">What is done with a packet that matches.</param>
public sealed record Rule(string Text, ImmutableArray<Match> Matches, Target Target)
{
    /// <inheritdoc/>
    public bool Equals(Rule? other) =>
        other is not null && Text == other.Text && Target == other.Target && Matches.AsSpan().SequenceEqual(other.Matches.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
