using System.Text;
using Hooktrail.Questions.Reach;
using Hooktrail.Text;

namespace Hooktrail.Report.Reach;

/// <summary>Who reaches what, for a terminal.</summary>
public static class ReachText
{
    private const int Wide = 120;

    public static string Of(ReachTable table, ImmutableArray<JudgedExpectation> expectations)
    {
        var text = new StringBuilder();
        Line(text, ReachWords.Counts(table));
        Surprises(text, table.Surprises, "Surprises");
        Expectations(text, expectations);
        var reasons = new Reasons(table);
        text.Append('\n').Append(Table(table, reasons));
        foreach (var (number, says) in reasons.Numbered)
            Line(text, $"{number,4}  {says}");
        if (reasons.Left is { } left)
            Line(text, left);
        foreach (var missing in table.Topology.NotKnown)
            Line(text, $"not known of this host: {missing}");
        return text.ToString();
    }

    /// <summary>What a twin did otherwise, and what it could not tell.</summary>
    public static string Of(VerifiedReach verified)
    {
        var text = new StringBuilder();
        Line(text, verified.ToString());
        foreach (var (cell, one) in verified.Otherwise.Concat(verified.Untold))
            Line(text, $"  {cell}: {one}");
        foreach (var difference in verified.Differences)
            Line(text, $"  {difference}");
        return text.ToString();
    }

    internal static void Surprises(StringBuilder text, ImmutableArray<Surprise> surprises, string title)
    {
        if (surprises.IsEmpty)
            return;
        text.Append(CultureInfo.InvariantCulture, $"\n{title}\n");
        foreach (var one in surprises)
        {
            Line(text, $"  {ReachWords.Surprising} {one.Says}");
            Line(text, $"    {one.Advice}");
        }
    }

    internal static void Line(StringBuilder text, string line) => text.Append(PlainText.Of(line)).Append('\n');

    private static void Expectations(StringBuilder text, ImmutableArray<JudgedExpectation> expectations)
    {
        if (expectations.IsEmpty)
            return;
        text.Append(CultureInfo.InvariantCulture, $"\nExpectations: {ReachWords.Counts(expectations)}\n");
        foreach (var one in expectations.Where(one => one.Fulfilment != Fulfilment.AsExpected))
            Line(text, $"  {ReachWords.Line(one)}");
    }

    private static string Table(ReachTable table, Reasons reasons)
    {
        var surprising = ReachWords.SurprisesOf(table);
        var width = table.Services.Select(one => one.Name.Length).DefaultIfEmpty(0).Max()
            + table.Sources.Sum(one => Math.Max(one.Name.Length, 6) + 2);
        // Where the names do not fit, numbers stand for them.
        var named = width <= Wide;
        var text = new StringBuilder();
        if (!named)
            foreach (var (index, source) in table.Sources.Index())
                Line(text, $"{Number(index),4}  {source}");
        var columns = new TextTable(
        [
            "service", "ip", .. table.Sources.Select((one, index) => named ? one.Name : Number(index)),
        ]);
        foreach (var (row, service) in table.Services.Index())
            columns.Add(
            [
                service.Name, service.Ip.Name(),
                .. table.Sources.Select((_, column) => CellOf(table[row, column])),
            ]);
        return text.Append(text.Length > 0 ? "\n" : "").Append(columns.Text()).Append('\n').ToString();

        string CellOf(Cell cell) =>
            cell.Verdict.Word() + reasons.NumberOf(cell) + (surprising[cell].Any() ? $" {ReachWords.Surprising}" : "");

        static string Number(int index) => $"s{(index + 1).ToString(CultureInfo.InvariantCulture)}";
    }
}
