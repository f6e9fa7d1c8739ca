using System.Text.Json;
using Hooktrail.Questions.Reach;
using Hooktrail.Records;
using Hooktrail.Trails.Accounts;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Report.Reach;

/// <summary>
/// Who reaches what, for other programs; schema/reach.schema.json and schema/reach-diff.schema.json describe it.
/// </summary>
public static class ReachJson
{
    public const string Schema = "hooktrail/reach/1";

    public const string SchemaOfDifference = "hooktrail/reach-diff/1";

    /// <param name="stream">Where it goes.</param>
    /// <param name="table">The table.</param>
    /// <param name="expectations">What the user expects; may be empty.</param>
    /// <param name="verified">What a twin of the host did; null if none was asked.</param>
    public static void Write(
        Stream stream, ReachTable table, ImmutableArray<JudgedExpectation> expectations,
        VerifiedReach? verified = null) => Write(
        stream,
        new TableForm(
            Schema,
            table.Topology.Name,
            [.. table.Sources.Select(one => new SourceForm(one.Name, one.Kind, one.Device))],
            [
                .. table.Services.Select(one => new ServiceForm(
                    one.Name, one.Kind, one.Protocol, one.Port, one.Ip.Name(), one.Container?.Name, one.Target,
                    one.Bound?.ToString())),
            ],
            [.. table.Cells.Select(CellOf)],
            [.. table.Surprises.Select(SurpriseOf)],
            [
                .. expectations.Select(one => new ExpectationForm(
                    one.Expectation.Line, one.Expectation.Text, one.Fulfilment, one.Found.Verdict, one.Found.Says,
                    RuleOf(one.Found.Rule))),
            ],
            table.Topology.NotKnown)
        {
            Verified = VerifiedOf(verified),
        });

    /// <param name="stream">Where it goes.</param>
    /// <param name="difference">What changed.</param>
    /// <param name="before">What a twin of the earlier host did; null if none was asked.</param>
    /// <param name="after">What one of the later host did.</param>
    public static void Write(
        Stream stream, ReachDifference difference, VerifiedReach? before = null, VerifiedReach? after = null) => Write(
        stream,
        new DifferenceForm(
            SchemaOfDifference,
            difference.Before.Topology.Name,
            difference.After.Topology.Name,
            difference.Same,
            [
                .. difference.Groups.Select(group => new GroupForm(
                    group.Before, group.After, group.CauseBefore, group.CauseAfter,
                    [.. group.Changes.Select(one => PlaceOf(one.Either))])),
            ],
            [.. difference.NewSurprises.Select(SurpriseOf)])
        {
            VerifiedBefore = VerifiedOf(before),
            VerifiedAfter = VerifiedOf(after),
        });

    private static void Write<T>(Stream stream, T form)
    {
        JsonSerializer.Serialize(stream, form, TopologyJson.Options);
        stream.WriteByte((byte)'\n');
    }

    private static CellForm CellOf(Cell cell) => new(
        cell.Source.Name, cell.Service.Name, cell.Service.Ip.Name(), cell.Verdict, cell.Found.Says,
        cell.Question?.Flow.Via, RuleOf(cell.Found.Rule));

    private static PlaceForm PlaceOf(Cell cell) => new(cell.Source.Name, cell.Service.Name, cell.Service.Ip.Name());

    private static SurpriseForm SurpriseOf(Surprise one) =>
        new(one.Kind, one.Says, one.Advice, [.. one.Cells.Select(PlaceOf)]);

    private static VerifiedForm? VerifiedOf(VerifiedReach? verified) => verified is null
        ? null
        : new(
            [
                .. verified.Cells.Select(one => new VerifiedCellForm(
                    one.Cell.Source.Name, one.Cell.Service.Name, one.Cell.Service.Ip.Name(),
                    one.Verified.Agrees, one.Verified.Says)),
            ],
            verified.Differences);

    private static RuleForm? RuleOf(RuleStep? rule) => rule is null
        ? null
        : new(rule.Layer.Name(), rule.Table, rule.Chain, rule.Number, rule.Number is null ? null : rule.Text);

    private sealed record TableForm(
        string Schema, string Host, ImmutableArray<SourceForm> Sources, ImmutableArray<ServiceForm> Services,
        ImmutableArray<CellForm> Cells, ImmutableArray<SurpriseForm> Surprises,
        ImmutableArray<ExpectationForm> Expectations, ImmutableArray<NotKnown> NotKnown)
    {
        public VerifiedForm? Verified { get; init; }
    }

    private sealed record SourceForm(string Name, SourceKind Kind, string? Device);

    private sealed record ServiceForm(
        string Name, ServiceKind Kind, string Protocol, int Port, string Ip, string? Container, int? Target,
        string? Bound);

    private sealed record PlaceForm(string Source, string Service, string Ip);

    private sealed record CellForm(
        string Source, string Service, string Ip, Verdict Verdict, string Says, string? At, RuleForm? Rule);

    private sealed record RuleForm(string Layer, string Table, string Chain, int? Number, string? Text);

    private sealed record SurpriseForm(
        SurpriseKind Kind, string Says, string Advice, ImmutableArray<PlaceForm> Cells);

    private sealed record ExpectationForm(
        int Line, string Text, Fulfilment Result, Verdict Verdict, string Says, RuleForm? Rule);

    private sealed record DifferenceForm(
        string Schema, string Before, string After, int Same, ImmutableArray<GroupForm> Groups,
        ImmutableArray<SurpriseForm> NewSurprises)
    {
        public VerifiedForm? VerifiedBefore { get; init; }

        public VerifiedForm? VerifiedAfter { get; init; }
    }

    private sealed record VerifiedForm(ImmutableArray<VerifiedCellForm> Cells, ImmutableArray<string> Differences);

    private sealed record VerifiedCellForm(string Source, string Service, string Ip, bool? Agrees, string Reason);

    private sealed record GroupForm(
        Verdict? Before, Verdict? After, string CauseBefore, string CauseAfter, ImmutableArray<PlaceForm> Cells);
}
