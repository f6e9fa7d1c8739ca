namespace Hooktrail.Report.Html;

/// <summary>Writes the first page: the hosts, what was verified on them, and the results.</summary>
internal sealed class FrontPage(HtmlWriter html)
{
    public void Write(IReadOnlyList<ShownRun> runs)
    {
        html.Add($"<section class=\"page current\" id=\"front\" aria-labelledby=\"front/h\">\n");
        html.Add($"<h1 id=\"front/h\" tabindex=\"-1\">How packets cross the hooks of this host</h1>\n");
        html.Add(
            $"<p class=\"lead\">A model of the kernel predicted each leg of a flow, a lab sent it, and the kernel’s own records showed its trail. A leg counts as agreed only if the feature, the prediction and the observation are the same, hop by hop.</p>\n");
        if (runs.Count > 1)
        {
            html.Add($"<nav aria-label=\"Runs\"><ol>\n");
            foreach (var run in runs)
                html.Add($"<li><a href=\"#{run.Prefix}run\">{run.Run.Name}</a></li>\n");
            html.Add($"</ol></nav>\n");
        }
        foreach (var run in runs)
            Run(run, runs.Count > 1);
        html.Add($"</section>\n");
    }

    private void Run(ShownRun run, bool several)
    {
        html.Add($"<div class=\"run\" id=\"{run.Prefix}run\">\n");
        if (several)
            html.Add($"<h2 class=\"run-name\">{run.Run.Name}</h2>\n");
        Counts(run);
        Host(run);
        Heat(run);
        Reasons(run);
        Features(run);
        html.Add($"</div>\n");
    }

    private void Counts(ShownRun run)
    {
        var scenarios = run.Features.SelectMany(feature => feature.Scenarios).ToList();
        var legs = run.Scenarios.SelectMany(scenario => scenario.Legs).ToList();
        html.Add($"<ul class=\"counts\">\n");
        Tile(scenarios.Count, "scenario", scenarios.Select(one => one.Result));
        Tile(legs.Count, "leg", legs.Select(one => one.Result));
        html.Add($"</ul>\n");
    }

    private void Tile(int count, string noun, IEnumerable<Result> results)
    {
        if (count == 0)
            return;
        html.Add($"<li><strong>{count}</strong> {noun}{(count == 1 ? "" : "s")}<br>");
        foreach (var (index, one) in results.CountBy(result => result).OrderByDescending(one => one.Key).Index())
        {
            if (index > 0)
                html.Add($" ");
            html.Add(
                $"<span class=\"badge {one.Key.Class()}\"><span aria-hidden=\"true\">{one.Key.Sign()}</span> {one.Value} {one.Key.Word()}</span>");
        }
        html.Add($"</li>\n");
    }

    private void Host(ShownRun run)
    {
        var host = run.Host;
        html.Add($"<h2>The host</h2>\n<div class=\"facts\"><dl>\n");
        // The facts that identify the host come first; the many sysctls, which the
        // switches summarise, are folded below.
        foreach (var (name, value) in run.Facts.Where(fact => !IsSysctl(fact)))
            Fact(name, value);
        if (run.Facts.IsEmpty)
            Fact("kernel", host.Kernel.ToString());
        Fact("iptables, ip6tables, arptables", $"backend {host.Iptables.Name()}");
        Fact("ebtables", $"backend {host.Ebtables.Name()}");
        Fact("rules", host.Rules.Count == 0
            ? "none"
            : string.Join(", ", host.Rules.Chains.GroupBy(chain => chain.Id.Layer)
                .Select(layer => (Layer: layer.Key.Name(), Count: layer.Sum(chain => chain.Rules.Length)))
                .Where(layer => layer.Count > 0).Select(layer => $"{layer.Count} of {layer.Layer}")));
        if (!host.Published.IsEmpty)
            Fact("published ports", string.Join(", ", host.Published.Select(one => $"{one.Port} to {one.To}")));
        html.Add($"</dl>\n<div><dl class=\"switches\">\n");
        foreach (var one in Switch.All)
            html.Add(
                $"<div><dt>{one.Name}</dt><dd class=\"{(one.Read(host) ? "on" : "off")}\">{(one.Read(host) ? "on" : "off")}</dd></div>\n");
        html.Add($"</dl>\n");
        if (run.Facts.Any(IsSysctl))
        {
            html.Add(
                $"<details><summary>{LegSection.Count(run.Facts.Count(IsSysctl), "sysctl")} as read</summary><dl>\n");
            foreach (var (name, value) in run.Facts.Where(IsSysctl))
                Fact(name, value);
            html.Add($"</dl></details>\n");
        }
        html.Add($"</div></div>\n");
        var others = run.Run.Trails.Legs.Select(leg => leg.HostProfile)
            .OfType<HostProfile>()
            .Where(one => one != host)
            .Distinct()
            .Count();
        if (others > 0)
            html.Add(
                $"<p>Scenarios change the host: this run has {LegSection.Count(others, "other profile")}, and each leg there lists the differences. <a href=\"#{run.Prefix}hooks\">The functions registered at the hooks of this host</a></p>\n");
        else
            html.Add($"<p><a href=\"#{run.Prefix}hooks\">The functions registered at the hooks of this host</a></p>\n");
    }

    private static bool IsSysctl(Fact fact) => fact.Name.StartsWith("net.", StringComparison.Ordinal);

    private void Fact(string name, string value) => html.Add($"<div><dt>{name}</dt><dd>{value}</dd></div>\n");

    private void Heat(ShownRun run)
    {
        var legs = run.Journeys.SelectMany(journey => journey.Legs).Select(one => one.Leg.Record.Leg).Distinct()
            .OrderBy(leg => leg.Direction).ThenBy(leg => leg.Packet).ToImmutableArray();
        if (legs.IsEmpty)
            return;
        html.Add($"<h2>Journeys and legs</h2>\n");
        html.Add(
            $"<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Journeys and legs\"><table class=\"heat\"><caption>The number of legs that went as specified, by journey and leg: <span class=\"good\">✓ all agreed</span>, <span class=\"bad\">✗ some did not</span>, <span class=\"doubt\">? nothing is proven</span>, <span class=\"none\">○ not compared</span></caption>\n<thead><tr><th scope=\"col\">journey</th>");
        foreach (var leg in legs)
            html.Add($"<th scope=\"col\">{leg.ToString()}</th>");
        html.Add($"</tr></thead>\n<tbody>\n");
        foreach (var journey in run.Journeys)
        {
            html.Add($"<tr><th scope=\"row\"><a href=\"#{journey.Id}\">{journey.Title}</a></th>");
            foreach (var leg in legs)
                Cell(journey, leg);
            html.Add($"</tr>\n");
        }
        html.Add($"</tbody></table></div>\n");
    }

    private void Cell(ShownJourney journey, Leg leg)
    {
        var here = journey.Legs.Where(one => one.Leg.Record.Leg == leg).ToList();
        if (here.Count == 0)
        {
            html.Add($"<td></td>");
            return;
        }
        var worst = here.MaxBy(one => one.Leg.Result);
        var result = worst.Leg.Result;
        var same = here.Count(one => one.Leg.Result == result);
        // Several results of one kind link to the journey's page, others to the first leg with the worst result.
        var to = same == here.Count && here.Count > 1 ? journey.Id : worst.Leg.Id;
        var said = same == here.Count ? $"{here.Count} {result.Word()}" : $"{same} of {here.Count} {result.Word()}";
        var depth = here.Count >= 20 ? 3 : here.Count >= 5 ? 2 : 1;
        html.Add(
            $"<td class=\"{result.Class()} d{depth}\"><a href=\"#{to}\" aria-label=\"{journey.Title}, {leg.ToString()}: {said}\"><span aria-hidden=\"true\">{result.Sign()} {(same == here.Count ? $"{same}" : $"{same}/{here.Count}")}</span></a></td>");
    }

    private void Reasons(ShownRun run)
    {
        if (run.Scenarios.Any(scenario => scenario.Result is Result.Agreed or Result.Passed) && run.Scenarios.All(
            scenario => scenario.Result is Result.Agreed or Result.Passed or Result.Predicted))
            html.Add(
                $"<h2>Skipped or inconclusive</h2>\n<p>None: every scenario ran, every observation was complete, and all observed legs agreed.</p>\n");
        foreach (var (result, title) in (ReadOnlySpan<(Result, string)>)
        [
            (Result.Disagreed, "Disagreements"),
            (Result.Failed, "Failures"),
            (Result.ObserversDisagree, "Contradictions between observers"),
            (Result.NotPredicted, "Not predicted, with the reason"),
            (Result.Inconclusive, "Inconclusive, with the reason"),
            (Result.Skipped, "Skipped, with the reason"),
        ])
        {
            var reasons = run.Scenarios.Where(scenario => scenario.Result == result)
                .GroupBy(scenario => FirstLine(scenario.Message
                    ?? scenario.Legs.FirstOrDefault(leg => leg.Result == result)?.Record.Reason)).ToList();
            if (reasons.Count == 0)
                continue;
            html.Add($"<h2>{title}</h2>\n<ul class=\"reasons\">\n");
            foreach (var reason in reasons)
            {
                html.Add($"<li><p class=\"{result.Class()}\">{result.Sign()} {reason.Key}</p><ul>\n");
                foreach (var scenario in reason)
                    html.Add(
                        $"<li><a href=\"#{scenario.Id}\">{scenario.FullTitle}</a> <small>{scenario.Of}</small></li>\n");
                html.Add($"</ul></li>\n");
            }
            html.Add($"</ul>\n");
        }
    }

    private static string FirstLine(string? message) =>
        message?.ReplaceLineEndings("\n").Split('\n').FirstOrDefault(line => line.Trim().Length > 0)?.Trim()
        ?? "no reason given";

    private void Features(ShownRun run)
    {
        if (run.Features.IsEmpty)
            return;
        html.Add($"<h2 id=\"{run.Prefix}features\">Features</h2>\n");
        var folders = run.Features.GroupBy(feature => Folder(feature.Source?.Uri)).ToList();
        foreach (var folder in folders)
        {
            if (folders.Count > 1)
                html.Add($"<h3 class=\"folder\">{(folder.Key.Length > 0 ? folder.Key : "besides")}</h3>\n");
            html.Add($"<ul class=\"features\">\n");
            foreach (var feature in folder)
            {
                var worst = feature.Scenarios.Select(scenario => scenario.Result)
                    .DefaultIfEmpty(Result.Predicted).Max();
                html.Add(
                    $"<li><span class=\"sign {worst.Class()}\" role=\"img\" aria-label=\"{worst.Word()}\">{worst.Sign()}</span> <a href=\"#{feature.Id}\">{feature.Title}</a> <small>{string.Join(", ", feature.Scenarios.CountBy(scenario => scenario.Result).OrderByDescending(one => one.Key).Select(one => $"{one.Value} {one.Key.Word()}"))}</small></li>\n");
            }
            html.Add($"</ul>\n");
        }
    }

    private static string Folder(string? uri) => uri is not null && uri.LastIndexOf('/') is var at and >= 0
        ? uri[(uri.IndexOf('/') + 1)..Math.Max(at, uri.IndexOf('/') + 1)].TrimEnd('/')
        : "";
}
