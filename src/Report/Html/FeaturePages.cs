namespace Hooktrail.Report.Html;

internal sealed class FeaturePages(HtmlWriter html, ScenarioArticle articles)
{
    public void Write(ShownRun run, bool several)
    {
        foreach (var (index, feature) in run.Features.Index())
            Feature(run, feature, several, Beside(index - 1), Beside(index + 1));
        foreach (var journey in run.Journeys)
            Journey(run, journey, several);

        ShownFeature? Beside(int index) => index >= 0 && index < run.Features.Length ? run.Features[index] : null;
    }

    private void Feature(ShownRun run, ShownFeature feature, bool several, ShownFeature? before, ShownFeature? after)
    {
        html.Add(
            $"<section class=\"page\" id=\"{feature.Id}\" data-feature=\"{feature.Title}\" aria-labelledby=\"{feature.Id}/h\">\n");
        Head(run, "Feature", feature.Id, feature.Title, feature.Source?.Uri, several);
        if (feature.Scenarios.Length > 1)
        {
            html.Add($"<nav class=\"contents\" aria-label=\"Scenarios of {feature.Title}\"><ol>\n");
            foreach (var scenario in feature.Scenarios)
                Link(scenario);
            html.Add($"</ol></nav>\n");
        }
        var opened = feature.Scenarios
            .Select((scenario, index) => (scenario, Open: index == 0 || scenario.Result.Class() is "bad" or "doubt"))
            .ToDictionary(one => one.scenario.Id, one => one.Open);
        foreach (var part in Parts(feature))
        {
            if (part.Scenarios.IsEmpty)
                Gherkin.Write(html, part.Lines, "Text of the feature");
            foreach (var (index, scenario) in part.Scenarios.Index())
                articles.Write(
                    scenario, run.Host, opened[scenario.Id],
                    index == 0 && part.Lines.Length > 0
                        ? () => Gherkin.Write(html, part.Lines, "Text of the scenario")
                        : null);
        }
        html.Add($"<nav class=\"beside\" aria-label=\"Previous and next feature\">");
        if (before is not null)
            html.Add($"<a href=\"#{before.Id}\" rel=\"prev\">← {before.Title}</a>");
        if (after is not null)
            html.Add($"<a href=\"#{after.Id}\" rel=\"next\">{after.Title} →</a>");
        html.Add($"</nav>\n</section>\n");
    }

    private void Journey(ShownRun run, ShownJourney journey, bool several)
    {
        html.Add(
            $"<section class=\"page\" id=\"{journey.Id}\" data-journey=\"{journey.Title}\" aria-labelledby=\"{journey.Id}/h\">\n");
        Head(run, "Journey", journey.Id, journey.Title, null, several);
        var claimed = journey.Legs.Where(one => !journey.Unclaimed.Contains(one.In))
            .ToLookup(one => one.Leg.Record.Leg.ToString());
        foreach (var leg in claimed)
        {
            html.Add($"<h2>{leg.Key}</h2>\n<ul class=\"found\">\n");
            foreach (var (scenario, shown) in leg)
            {
                html.Add($"<li>");
                LegSection.Badge(html, shown.Result);
                html.Add(
                    $" <a href=\"#{shown.Id}\">{scenario.FullTitle}</a> <small>{shown.Record.Flow.ToString()} · {scenario.Of}</small></li>\n");
            }
            html.Add($"</ul>\n");
        }
        if (!journey.Unclaimed.IsEmpty)
            html.Add($"<h2>{(claimed.Count > 0 ? "Other flows" : "Flows")}</h2>\n");
        foreach (var (index, flow) in journey.Unclaimed.Index())
            articles.Write(flow, run.Host, index == 0 || flow.Result.Class() is "bad" or "doubt", null);
        html.Add($"</section>\n");
    }

    private void Head(ShownRun run, string kind, string id, string title, string? file, bool several)
    {
        html.Add(
            $"<p class=\"kind\">{kind}{(several ? $" · {run.Run.Name}" : "")}{(file is null ? "" : $" · {file}")}</p>\n");
        html.Add($"<h1 id=\"{id}/h\" tabindex=\"-1\">{title}</h1>\n");
    }

    private void Link(ShownScenario scenario)
    {
        html.Add(
            $"<li><span class=\"sign {scenario.Result.Class()}\" role=\"img\" aria-label=\"{scenario.Result.Word()}\">{scenario.Result.Sign()}</span> ");
        html.Add($"<a href=\"#{scenario.Id}\">{scenario.FullTitle}</a></li>\n");
    }

    private readonly record struct Part(ImmutableArray<string> Lines, ImmutableArray<ShownScenario> Scenarios);

    /// <summary>
    /// Divides the file at its scenarios: every line is in one part, in order, and a scenario's part includes its
    /// outline's rows. Scenarios that are not in the file come last.
    /// </summary>
    private static IEnumerable<Part> Parts(ShownFeature feature)
    {
        var rest = feature.Scenarios;
        if (feature.Source is { Source: { } source } told)
        {
            var lines = source.ReplaceLineEndings("\n").Split('\n');
            ImmutableArray<int> starts =
                [1, .. told.Starts.Where(start => start > 1 && start <= lines.Length), lines.Length + 1];
            for (var index = 0; index + 1 < starts.Length; index++)
            {
                var own =
                    rest.Where(scenario => scenario.Line == starts[index] && scenario.Line > 0).ToImmutableArray();
                rest = rest.RemoveRange(own);
                yield return new([.. lines[(starts[index] - 1)..(starts[index + 1] - 1)]], own);
            }
        }
        foreach (var scenario in rest)
            yield return new([], [scenario]);
    }
}
