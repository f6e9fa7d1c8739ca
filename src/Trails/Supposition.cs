namespace Hooktrail.Trails;

/// <summary>
/// What is supposed where the model cannot decide: a match that depends on more than the packet, such as
/// <c>-m recent</c>, or the order of two chains of which it is not known which was registered first.
/// </summary>
/// <param name="At">The hook point at which it matters; for a match, that of the rule's chain or its caller.</param>
/// <param name="Question">
/// What is open: <c>recent of "-A FORWARD -m recent --rcheck -j DROP"</c>; <c>the order of A and B</c>.
/// </param>
/// <param name="Answer">What is supposed of it: <c>matches</c>, <c>does not match</c>; <c>is B, A</c>.</param>
public sealed record Supposition(HookPoint At, string Question, string Answer)
{
    public override string ToString() => $"{Question} {Answer}";
}
