namespace Hooktrail.Questions.Changes;

/// <summary>
/// The smallest changes of a user's host after which a packet ends the other way: delivered, if it is not; dropped, if
/// it is.
/// </summary>
/// <param name="Wanted">The ending after each change.</param>
/// <param name="Commands">The changes as one types them, the smallest first; empty if no single one is enough.</param>
public sealed record SmallestChange(Ending Wanted, ImmutableArray<string> Commands)
{
    /// <summary>The largest number of changes that are tried. It bounds the time: each is a prediction.</summary>
    public const int Limit = 40;

    // Later ones are no smaller.
    private const int Offered = 3;

    /// <summary>Tries changes, and keeps those that the model proves.</summary>
    /// <param name="host">The host.</param>
    /// <param name="question">The question about it.</param>
    /// <param name="answer">The answer for the host as it is.</param>
    public static SmallestChange Of(HostProfile host, Question question, Answer answer)
    {
        var wanted = answer.Ending == Ending.Delivered ? Ending.Dropped : Ending.Delivered;
        var candidates = wanted == Ending.Delivered
            ? ChangeCandidates.ThatLetThrough(host, question, answer)
            : ChangeCandidates.ThatStop(host, question, answer);
        return new(
            wanted,
            [
                .. candidates.DistinctBy(one => one.Command).Take(Limit)
                    .Where(one => EndsAs(wanted, one.Apply(host), question))
                    .Take(Offered)
                    .Select(one => one.Command),
            ]);
    }

    private static bool EndsAs(Ending wanted, HostProfile? changed, Question question)
    {
        try
        {
            return changed is not null && Answer.Of(changed, question).Ending == wanted;
        }
        catch (HooktrailException)
        {
            return false; // such a host has no such packet
        }
    }
}
