using System.Text;
using Hooktrail.Judging;
using Hooktrail.Records;
using Hooktrail.Report.Picture;
using Hooktrail.Text;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Report;

/// <summary>
/// A run in GitHub-flavoured Markdown, for a step summary or a pull request: how many legs agreed, on which host, each
/// leg in a table, why some do not count, and each leg's trail, folded.
/// </summary>
public static class MarkdownSummary
{
    // GitHub accepts 1 MiB for a step. This counts characters, some of which take several bytes, and
    // each leg's text still follows.
    private const int Roomy = 700_000;

    /// <summary>
    /// Why is a sentence about the choice of the lab, or null. Without hooks there are no pictures. Predictions are the
    /// numbers of scenarios that asked only the model, by feature.
    /// </summary>
    public static string Of(
        TrailsFile file,
        string title = "Hooktrail",
        string? why = null,
        Func<HostProfile, ImmutableArray<Registration>>? hooks = null,
        IReadOnlyDictionary<string, int>? predictions = null)
    {
        using var text = new StringWriter { NewLine = "\n" };
        Write(text, file, title, why, hooks, predictions);
        return text.ToString();
    }

    /// <summary>Writes it leg by leg, because that of a long run need not fit into memory.</summary>
    public static void Write(
        TextWriter to,
        TrailsFile file,
        string title = "Hooktrail",
        string? why = null,
        Func<HostProfile, ImmutableArray<Registration>>? hooks = null,
        IReadOnlyDictionary<string, int>? predictions = null)
    {
        var maps = new Dictionary<(HostProfile, Plane), StackMap>();
        var length = 0L;
        Write(
            $"# {Markdown.Inline(title)}\n\n{Counts(file.Legs)}\n\n{(why is null ? "" : $"{Markdown.Inline(why)}\n\n")}{Host(file.HostProfile)}\n");
        if (!file.Legs.IsEmpty)
            Write("\n| feature | scenario | flow | leg | hops | result |\n|---|---|---|---|--:|---|\n");
        foreach (var leg in file.Legs)
            Write(Row(leg));
        foreach (var verdict in (LegVerdict[])
            [
                LegVerdict.Disagreed, LegVerdict.ObserversDisagree, LegVerdict.NotPredicted, LegVerdict.Inconclusive,
                LegVerdict.Skipped,
            ])
            foreach (var (index, leg) in file.Legs.Where(leg => leg.Verdict == verdict).Index())
                Write($"{(index == 0 ? Heading(verdict) : "")}{Reason(leg)}");
        Write(Predicted(predictions ?? ImmutableDictionary<string, int>.Empty));
        if (file.Legs.Any(leg => Shown(leg) is not null))
            Write("\n## Trails\n");
        var undrawn = 0;
        foreach (var leg in file.Legs)
        {
            undrawn += length < Roomy || hooks is null || Shown(leg) is null ? 0 : 1;
            Write(Trails(leg, length < Roomy ? Picture(leg) : ""));
        }

        if (undrawn > 0)
            Write(
                $"\n{Plural(undrawn, "leg")} without a picture here, because a step summary is limited to 1 MiB; the report has all pictures.\n");

        void Write(string part)
        {
            to.Write(part);
            length += part.Length;
        }

        string Picture(LegRecord leg)
        {
            if (hooks is null || Shown(leg) is not { } trail)
                return "";
            var profile = leg.HostProfile ?? file.HostProfile;
            var lit = new LitLeg(leg.Flow, leg.Leg, trail, leg.Observed is null ? null : leg.Predicted, null);
            if (!maps.TryGetValue((profile, lit.Plane), out var map))
                maps[(profile, lit.Plane)] = map = StackMap.Of(
                    hooks(profile), lit.Plane, trail.Hops.Select(hop => hop.Point));
            return $"\n```mermaid\n{PictureMermaid.Of(map, lit)}```\n";
        }
    }

    private static string Counts(ImmutableArray<LegRecord> legs)
    {
        var scenarios = legs.Select(leg => leg.Scenario).OfType<ScenarioTitle>().Distinct().Count();
        var counts = legs
            .GroupBy(Word)
            .OrderBy(group => group.Min(leg => leg.Verdict is { } verdict ? (int)verdict : int.MaxValue))
            .Select(group => $"{group.Count()} {group.Key}");
        var of = scenarios == 0 ? "" : $" of {Plural(scenarios, "scenario")}";
        return legs.IsEmpty ? "**No leg.**" : $"**{Plural(legs.Length, "leg")}{of}: {string.Join(", ", counts)}.**";
    }

    private static string Host(HostProfile profile)
    {
        var switches = Switch.All.Select(one => $"{one.Name}={(one.Read(profile) ? 1 : 0)}");
        return $"Kernel {profile.Kernel}, iptables-{profile.Iptables.Name()}, ebtables-{profile.Ebtables.Name()}; "
            + $"{Markdown.Inline(string.Join(", ", switches))}; {Plural(profile.Rules.Count, "rule")}.";
    }

    private static string Row(LegRecord leg)
    {
        string[] cells =
        [
            leg.Scenario?.Feature ?? "",
            leg.Scenario?.Scenario ?? "",
            leg.Flow.ToString(),
            leg.Leg.ToString(),
            Shown(leg) is { } trail ? $"{trail.Hops.Length}" : "",
            Word(leg),
        ];
        return $"| {string.Join(" | ", cells.Select(Markdown.Inline))} |\n";
    }

    private static string Heading(LegVerdict verdict) =>
        $"\n## {char.ToUpperInvariant(verdict.Name()[0])}{verdict.Name()[1..]}\n\n";

    private static string Reason(LegRecord leg) =>
        $"- {Markdown.Inline(Title(leg))}: {Markdown.Inline(leg.Reason ?? "no reason given")}\n";

    private static string Predicted(IReadOnlyDictionary<string, int> predictions) => predictions.Count == 0
        ? ""
        : $"\n## Predicted only\n\n{Plural(predictions.Values.Sum(), "scenario")} asked only the model, and sent no packet.\n\n"
            + string.Concat(predictions.Select(
                one => $"- {Markdown.Inline(one.Key)}: {Plural(one.Value, "scenario")}\n"));

    private static string Trails(LegRecord leg, string picture)
    {
        if (Shown(leg) is null)
            return "";
        var text = new StringBuilder($"\n<details><summary>{Markdown.Html(Title(leg))}: {Word(leg)}</summary>\n\n");
        if (leg.HostProfile is { } profile)
            text.Append(Host(profile)).Append("\n\n");
        text.Append(Markdown.Block(SideBySide(leg) + RuleLines.Of(leg.Rules))).Append(picture);
        if (!leg.Evidence.IsEmpty)
            text.Append(
                $"\nThe records:\n\n{Markdown.Block(string.Join('\n', leg.Evidence.Select(one => PlainText.Of($"{one.Channel} {one}"))))}");
        return text.Append("\n</details>\n").ToString();
    }

    /// <summary>Both trails if they part; otherwise one trail for both.</summary>
    private static string SideBySide(LegRecord leg) =>
        leg is { Predicted: { } predicted, Observed: { } observed }
        && Disagreement.Between(null, predicted, observed) is { } disagreement
            ? disagreement.Text([], [])
            : TrailText.Of(Shown(leg)!);

    private static Trail? Shown(LegRecord leg) => leg.Observed ?? leg.Predicted;

    private static string Word(LegRecord leg) => leg.Verdict switch
    {
        { } verdict => verdict.Name(),
        null when leg.Observed is not null => "observed",
        _ => "predicted only",
    };

    private static string Title(LegRecord leg) =>
        leg.Scenario is { } scenario
            ? $"{scenario.Feature}: {scenario.Scenario} – {leg.Leg} of {leg.Flow}"
            : $"{leg.Leg} of {leg.Flow}";

    private static string Plural(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
