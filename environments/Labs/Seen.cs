using Hooktrail.Observation;

namespace Hooktrail.Labs;

/// <summary>What was seen of a flow.</summary>
/// <remarks>A finding is null if its observer did not watch.</remarks>
public sealed record Seen(HostProfile Profile, Finding? Log, Finding? Nflog)
{
    /// <summary>Both findings together; <see cref="Finding.Contradictory"/> if they differ.</summary>
    public Finding Finding => (Log, Nflog) switch
    {
        ({ } one, { } other) => Agreement.Of(one, other),
        (null, { } one) => one,
        ({ } one, null) => one,
        _ => throw new InvalidOperationException("No observer watched."),
    };
}
