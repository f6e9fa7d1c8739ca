namespace Hooktrail.Report.Html;

/// <summary>Writes the page that finds scenarios. Without script it lists all of them.</summary>
internal sealed class SearchPage(HtmlWriter html)
{
    public void Write(IReadOnlyList<ShownRun> runs)
    {
        var scenarios = runs.SelectMany(run => run.Scenarios).ToList();
        var legs = scenarios.SelectMany(scenario => scenario.Legs).ToList();
        var points = legs.SelectMany(leg => leg.Trail?.Hops ?? []).Select(hop => hop.Point).Distinct()
            .OrderBy(point => point.Layer).ThenBy(point => point.ToString(), StringComparer.Ordinal).ToList();
        html.Add(
            $"<section class=\"page\" id=\"search\" aria-labelledby=\"search/h\">\n<h1 id=\"search/h\" tabindex=\"-1\">Search</h1>\n");
        html.Add(
            $"<form class=\"filters\" role=\"search\" aria-label=\"Scenarios\"><p class=\"query\"><label for=\"query\">Words</label><input id=\"query\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\"></p>\n");
        Filter("endpoint", "Endpoint", legs
            .SelectMany(leg => (string[])[leg.Record.Flow.From.Name, leg.Record.Flow.To.Name])
            .Distinct()
            .Order(StringComparer.Ordinal));
        Filter("hook", "Hook point", points.Select(point => point.ToString()));
        Filter("table", "Table", points.Select(ScenarioArticle.Table).Distinct());
        Filter("tag", "Tag", scenarios.SelectMany(scenario => scenario.Tags).Distinct().Order(StringComparer.Ordinal));
        Filter(
            "result",
            "Result",
            scenarios.Select(scenario => scenario.Result).Distinct().OrderDescending().Select(result => result.Word()));
        html.Add(
            $"</form>\n<p id=\"count\" role=\"status\" aria-live=\"polite\">{LegSection.Count(scenarios.Count, "scenario")}</p>\n<ol id=\"hits\">\n");
        foreach (var scenario in scenarios)
        {
            html.Add($"<li data-of=\"{scenario.Id}\">");
            LegSection.Badge(html, scenario.Result);
            html.Add($" <a href=\"#{scenario.Id}\">{scenario.FullTitle}</a> <small>{scenario.Of}</small></li>\n");
        }
        html.Add($"</ol>\n</section>\n");
    }

    private void Filter(string name, string label, IEnumerable<string> values)
    {
        html.Add(
            $"<p><label for=\"filter-{name}\">{label}</label><select id=\"filter-{name}\"><option value=\"\">any</option>");
        foreach (var value in values)
            html.Add($"<option>{value}</option>");
        html.Add($"</select></p>\n");
    }
}
