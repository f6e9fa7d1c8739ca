namespace Hooktrail.Questions;

/// <summary>Whether a twin of the host did with the packets of a question what the model predicts.</summary>
/// <param name="Agrees">Null where nothing tells.</param>
/// <param name="Says">The same in a sentence, which begins in lower case and has no full stop.</param>
/// <param name="Differences">In what the twin is not the host, a sentence each.</param>
public sealed record Verified(bool? Agrees, string Says, ImmutableArray<string> Differences)
{
    /// <summary>What the packets did, leg by leg; empty where none could be sent.</summary>
    public ImmutableArray<VerifiedLeg> Legs { get; init; } = [];

    public override string ToString() => $"{(Agrees == true ? "verified" : "not verified")}: {Says}";
}
