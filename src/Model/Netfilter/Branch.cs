using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model.Netfilter;

/// <summary>A packet at a rule, if the matches before that the model cannot decide turned out as supposed.</summary>
internal readonly record struct Branch(Marks Marks, ImmutableArray<Supposition> Supposing)
{
    /// <summary>The rules that matched so far; noted only for a journal.</summary>
    public ImmutableList<RuleStep> Steps { get; init; } = [];

    public Branch Suppose(HookPoint at, Rule rule, string match, bool holds) =>
        this with
        {
            Supposing = Supposing.Add(new(
                at, $"{match} of \"{rule}\"", holds ? "matches" : "does not match")),
        };
}

/// <summary>One way through a chain: what it decides of the packet, and what the packet carries then.</summary>
internal readonly record struct Ending(Decision Decision, Branch Branch)
{
    /// <summary>Whether nothing that comes later can tell the two apart.</summary>
    public bool IsLike(Ending other) =>
        Decision.Target == other.Decision.Target && (Decision.Ends || Branch.Marks == other.Branch.Marks);
}
