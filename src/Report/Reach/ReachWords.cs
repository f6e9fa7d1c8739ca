using Hooktrail.Questions.Reach;
using Hooktrail.Report.Runs;

namespace Hooktrail.Report.Reach;

/// <summary>The sentences that all formats share.</summary>
internal static class ReachWords
{
    public const string Surprising = "◆";

    public static string Word(this Verdict verdict) => verdict switch
    {
        Verdict.Yes => "yes",
        Verdict.No => "no",
        Verdict.Depends => "depends",
        Verdict.NotKnown => "not known",
        _ => "–",
    };

    /// <summary>Of a change; null where there is nothing to ask.</summary>
    public static string Word(Verdict? verdict) => verdict?.Word() ?? "not there";

    public static string Word(this Fulfilment fulfilment) => fulfilment switch
    {
        Fulfilment.AsExpected => "as expected",
        Fulfilment.Otherwise => "not as expected",
        _ => "inconclusive",
    };

    public static string Counts(ReachTable table) =>
        $"{table.Topology.Name}: {Wording.Plural(table.Sources.Length, "source")}, {Wording.Plural(table.Services.Length, "service")}; "
        + string.Join(", ", ((ReadOnlySpan<Verdict>)[Verdict.Yes, Verdict.No, Verdict.Depends, Verdict.NotKnown])
            .ToArray().Select(one => $"{table.Count(one).ToString("#,0", CultureInfo.InvariantCulture)} {one.Word()}"));

    public static string Counts(ImmutableArray<JudgedExpectation> all) => string.Join(
        ", ",
        Enum.GetValues<Fulfilment>().Select(one => string.Create(
            CultureInfo.InvariantCulture, $"{all.Count(judged => judged.Fulfilment == one)} {one.Word()}")));

    /// <summary><c>internet → web:443/tcp delivered: dropped in …</c></summary>
    public static string Line(JudgedExpectation one) =>
        $"{one.Fulfilment.Word()}: {one.Expectation.Text}: {one.Found.Says}";

    public static string Counts(ReachDifference difference) =>
        difference.Groups.Sum(group => group.Changes.Length) is var changed && changed == 0
            ? $"No answer changed; {Wording.Plural(difference.Same, "answer")} are the same."
            : $"{Wording.Plural(changed, "answer")} changed, by {Wording.Plural(difference.Groups.Length, "cause")}; {difference.Same.ToString("#,0", CultureInfo.InvariantCulture)} are the same.";

    public static string Title(ChangeGroup group) =>
        $"{Word(group.Before)} → {Word(group.After)}: {Wording.Plural(group.Changes.Length, "answer")}";

    /// <summary>The surprises that each cell has.</summary>
    public static ILookup<Cell, Surprise> SurprisesOf(ReachTable table) => table.Surprises
        .SelectMany(one => one.Cells, (surprise, cell) => (cell, surprise))
        .ToLookup(one => one.cell, one => one.surprise, SameCell.Instance);
}
