using System.Text;
using Hooktrail.Judging;
using Hooktrail.Model;
using Hooktrail.Records;
using Hooktrail.Report;
using Hooktrail.Text;

namespace Hooktrail.Conformance;

public static class ConformanceText
{
    /// <summary>The seconds include the labs' start and end.</summary>
    public static string Of(Findings findings, double seconds)
    {
        var text = new StringBuilder();
        foreach (var (result, leg) in findings.Diverged)
            text.Append(Divergence(result, leg)).Append('\n');
        text.Append(Table("host", findings.Hosts, findings.Total)).Append('\n');
        text.Append(Table("journey", findings.Journeys, findings.Total)).Append('\n');
        Reasons(text, findings, LegVerdict.Skipped, "Not applicable");
        Reasons(text, findings, LegVerdict.NotPredicted, "Not predicted: the model does not know how they end");
        Reasons(text, findings, LegVerdict.Inconclusive, "INCONCLUSIVE: neither agreed nor diverged; run again");
        var total = findings.Total;
        var more = total[LegVerdict.Disagreed] + total[LegVerdict.ObserversDisagree] - findings.Diverged.Count;
        if (more > 0)
            text.Append(CultureInfo.InvariantCulture, $"{more} more legs diverged; all are in trails.json.\n");
        text.Append(CultureInfo.InvariantCulture,
            $"{total.Run} legs in {seconds:0.0} s, {total.Run / Math.Max(seconds, 0.001) * 60:0} a minute: {total[LegVerdict.Agreed]} agreed, {total[LegVerdict.Disagreed]} diverged");
        if (total[LegVerdict.ObserversDisagree] > 0)
            text.Append(
                CultureInfo.InvariantCulture,
                $", {total[LegVerdict.ObserversDisagree]} on which the observers disagree");
        text.Append(
            CultureInfo.InvariantCulture,
            $", {total[LegVerdict.NotPredicted]} not predicted, {total[LegVerdict.Inconclusive]} inconclusive; {total[LegVerdict.Skipped]} not applicable.\n");
        return text.ToString();
    }

    /// <summary>Each host, and what is tried on it.</summary>
    public static string List(ImmutableArray<HostCase> hosts)
    {
        var table = new TextTable("host", "with", "flows");
        foreach (var host in hosts)
            foreach (var variation in host.Variations)
                table.Add(host.Title, variation.Title, Number(variation.Flows.Length));
        return table.Text();
    }

    /// <summary>Each killed mutant, and the first leg that noticed it.</summary>
    public static string Witnesses(Mutants mutants)
    {
        var witnesses = new TextTable("mutant", "killed by", "because it");
        foreach (var (mutation, killing) in mutants.Fates)
            if (killing is not null)
                witnesses.Add(mutation.What, killing.ToString(), killing.How);
        return witnesses.Text();
    }

    /// <summary>The mutation score by part of the model, and the surviving mutants.</summary>
    public static string Of(Mutants mutants)
    {
        var fates = mutants.Fates;
        var text = new StringBuilder();
        var table = new TextTable("mutants", "all", "killed", "alive", "score");
        foreach (var kind in Enum.GetValues<MutationKind>())
            Row(Name(kind), [.. fates.Where(fate => fate.Key.Kind == kind).Select(fate => fate.Value)]);
        Row("all", [.. fates.Select(fate => fate.Value)]);
        text.Append(table.Text());
        foreach (var (mutation, killing) in fates)
            if (killing is null)
                text.Append("alive: ").Append(PlainText.Of(mutation.What))
                    .Append(mutation.Needs is { } needs
                        ? $"\n         killing it needs {needs}\n"
                        : "\n         killing it needs a host or a flow that the matrix does not have\n");
        return text.ToString();

        void Row(string name, ImmutableArray<Killing?> some)
        {
            var killed = some.Count(one => one is not null);
            table.Add(
                name,
                Number(some.Length),
                Number(killed),
                Number(some.Length - killed),
                some.IsEmpty ? "" : $"{100.0 * killed / some.Length:0.0} %");
        }
    }

    private static string Name(MutationKind kind) => kind switch
    {
        MutationKind.Statement => "statements",
        MutationKind.Registration => "registrations of the kernel and the tools",
        MutationKind.UsersChain => "nft chains",
        _ => "NAT rules",
    };

    private static string Divergence(FlowResult result, LegRecord leg)
    {
        var title = $"{result.Host.Title}, {result.Variation.Title}: {result.Flow}, {leg.Leg}\n";
        return leg is { Predicted: { } said, Observed: { } seen }
            && Disagreement.Between(null, said, seen) is { } disagreement
            ? title + disagreement.Text(leg.Evidence)
            : $"{title}{PlainText.Of(leg.Reason ?? "")}\n{((leg.Predicted ?? leg.Observed) is { } trail ? TrailText.Of(trail) : "")}";
    }

    private static string Table(string what, IReadOnlyDictionary<string, Tally> rows, Tally total)
    {
        var table = new TextTable(
            what, "agreed", "diverged", "observers disagree", "not predicted", "inconclusive", "not applicable");
        foreach (var (name, tally) in rows)
            Row(name, tally);
        Row("all", total);
        return table.Text();

        void Row(string name, Tally tally) => table.Add(
            name, Number(tally[LegVerdict.Agreed]), Number(tally[LegVerdict.Disagreed]),
            Number(tally[LegVerdict.ObserversDisagree]), Number(tally[LegVerdict.NotPredicted]),
            Number(tally[LegVerdict.Inconclusive]), Number(tally[LegVerdict.Skipped]));
    }

    private static void Reasons(StringBuilder text, Findings findings, LegVerdict verdict, string title)
    {
        var reasons = findings.Reasons.Where(one => one.Key.Verdict == verdict).ToList();
        if (reasons.Count == 0)
            return;
        text.Append(title).Append(":\n");
        foreach (var ((_, reason), count) in reasons)
            text.Append(CultureInfo.InvariantCulture, $"  {count,6}  {PlainText.Of(reason)}\n");
        text.Append('\n');
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
