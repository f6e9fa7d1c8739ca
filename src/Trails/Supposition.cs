namespace Hooktrail.Trails;

/// <summary>
/// What is supposed of a match that the model cannot decide: <c>-m recent</c> depends on packets of the past,
/// <c>-m owner</c> on the sending process.
/// </summary>
/// <param name="At">The hook point at which the rule was asked, in its chain or in one that it calls.</param>
/// <param name="Rule">The rule's text.</param>
/// <param name="Match">The match's name, as in <see cref="Rule"/>.</param>
/// <param name="Holds">Whether the match is supposed to hold.</param>
public sealed record Supposition(HookPoint At, string Rule, string Match, bool Holds)
{
    public override string ToString() => $"{Match} of \"{Rule}\" {(Holds ? "matches" : "does not match")}";
}
