namespace Hooktrail.Questions.Reach;

/// <summary>The answers of a table that a twin of the host was asked too.</summary>
/// <param name="Cells">Those to which there is an answer, in the order of the table.</param>
/// <param name="Differences">In what the twin is not the host, a sentence each.</param>
public sealed record VerifiedReach(
    ImmutableArray<(Cell Cell, Verified Verified)> Cells, ImmutableArray<string> Differences)
{
    /// <summary>Where the twin ran: <c>on Linux 6.1.176</c>, and a place if that is not this machine.</summary>
    public string? Where { get; init; }

    /// <summary>What the twin did otherwise.</summary>
    public IEnumerable<(Cell Cell, Verified Verified)> Otherwise => Cells.Where(one => one.Verified.Agrees == false);

    /// <summary>What nothing tells.</summary>
    public IEnumerable<(Cell Cell, Verified Verified)> Untold => Cells.Where(one => one.Verified.Agrees is null);

    public override string ToString()
    {
        var (otherwise, untold) = (Otherwise.Count(), Untold.Count());
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Cells.Length - otherwise - untold} of {Cells.Length} answers verified by a twin{(Where is null ? "" : $" {Where}")}; {otherwise} otherwise, {untold} not verified");
    }
}
