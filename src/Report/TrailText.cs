using Hooktrail.Judging;
using Hooktrail.Text;
namespace Hooktrail.Report;

/// <summary>A trail as a table for a terminal: one hop a line, and last its outcome.</summary>
public static class TrailText
{
    /// <summary>Leaves out columns that are empty in every hop.</summary>
    public static string Of(Trail trail)
    {
        var fields = Fields(trail);
        var table = new TextTable(["hop", "layer", "table", "chain", .. fields.Select(field => field.Name())]);
        foreach (var (index, hop) in trail.Hops.Index())
            table.Add([
                $"{index + 1,3}",
                hop.Point.Layer.Name(),
                hop.Point.Table,
                hop.Point.Chain,
                .. fields.Select(field => field.Of(hop) ?? ""),
            ]);
        return trail.Hops.IsEmpty
            ? $"no hop; {PlainText.Of(trail.Outcome.ToString())}\n"
            : $"{table.Text()}{PlainText.Of(trail.Outcome.ToString())}\n";
    }

    private static ImmutableArray<HopField> Fields(Trail trail)
    {
        var fields = ImmutableArray.CreateBuilder<HopField>();
        foreach (var field in HopFields.All)
            if (trail.Hops.Any(hop => field.Of(hop) is not null))
                fields.Add(field);
        return fields.ToImmutable();
    }
}
