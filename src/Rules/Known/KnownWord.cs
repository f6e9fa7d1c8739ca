namespace Hooktrail.Rules.Known;

/// <summary>What a match or target of a rule means to a prediction.</summary>
public enum Knowledge
{
    /// <summary>The model decides as the kernel does.</summary>
    Modelled,

    /// <summary>A target, or a match that always holds: no packet takes another way because of it.</summary>
    WithoutEffect,

    /// <summary>
    /// The answer depends on what no rule shows, so the packet's way is predicted with and without it.
    /// </summary>
    BothWays,

    /// <summary>What the packet does next is not known.</summary>
    EndsPrediction,
}

/// <summary>
/// A match or target, as users know it, and how far the model knows it. Readers of rules look it up here, and
/// docs/matches.md is made of it.
/// </summary>
/// <param name="Name">As users write it; several with commas between.</param>
/// <param name="Knowledge">How far the model knows it.</param>
/// <param name="Meaning">A clause: what it means for the lab's packets.</param>
/// <param name="Examples">As the tool prints it. Each is read as <paramref name="Knowledge"/> says.</param>
public sealed record KnownWord(
    string Name, Knowledge Knowledge, string Meaning, params ImmutableArray<string> Examples)
{
    public bool Equals(KnownWord? other) => other is not null && Name == other.Name && Knowledge == other.Knowledge;

    public override int GetHashCode() => HashCode.Combine(Name, Knowledge);
}
