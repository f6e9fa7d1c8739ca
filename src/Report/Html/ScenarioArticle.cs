namespace Hooktrail.Report.Html;

/// <summary>Writes a scenario, or a group of legs in the form of one.</summary>
internal sealed class ScenarioArticle(HtmlWriter html, LegSection legs)
{
    /// <summary>Gherkin is left out if there is none, or if an earlier row of the outline has it.</summary>
    public void Write(ShownScenario scenario, HostProfile first, bool open, Action? gherkin)
    {
        var shown = scenario.Legs;
        html.Add(
            $"<article class=\"scenario\" id=\"{scenario.Id}\" data-result=\"{scenario.Result.Word()}\" data-tags=\"{string.Join(' ', scenario.Tags)}\"");
        html.Add(
            $" data-endpoints=\"{string.Join(' ', shown.SelectMany(leg => (string[])[leg.Record.Flow.From.Name, leg.Record.Flow.To.Name]).Distinct())}\"");
        html.Add($" aria-labelledby=\"{scenario.Id}/h\">\n");
        html.Add($"<h2 id=\"{scenario.Id}/h\"><a class=\"self\" href=\"#{scenario.Id}\">{scenario.Title}</a> ");
        LegSection.Badge(html, scenario.Result);
        html.Add($"</h2>\n");
        if (scenario.Example is { } example)
            html.Add($"<p class=\"example\">{example}</p>\n");
        if (!scenario.Tags.IsEmpty)
            html.Add($"<p class=\"tags\">{string.Join(' ', scenario.Tags)}</p>\n");
        gherkin?.Invoke();
        if (scenario.Message is { } message && shown.All(leg => leg.Record.Reason != message))
        {
            if (message.Contains('\n'))
                html.Add(
                    $"<pre class=\"message {scenario.Result.Class()}\" tabindex=\"0\" role=\"group\" aria-label=\"Output of the scenario\">{message.ReplaceLineEndings("\n")}</pre>\n");
            else
                html.Add($"<p class=\"reason {scenario.Result.Class()}\">{message}</p>\n");
        }
        if (!shown.IsEmpty)
        {
            html.Add($"<details class=\"trails\"{new Markup(open ? " open" : "")}><summary>");
            foreach (var (index, leg) in shown.Index())
            {
                html.Add($"{new Markup(index > 0 ? " · " : "")}<b>{leg.Record.Leg.ToString()}</b> ");
                if (leg.Trail is { } trail)
                    html.Add($"{LegSection.Count(trail.Hops.Length, "hop")}, {trail.Outcome.ToString()}");
                else
                    html.Add($"no trail");
            }
            html.Add($"</summary>\n<div class=\"legs\">\n");
            foreach (var leg in shown)
                legs.Write(leg, first);
            html.Add($"</div></details>\n");
        }
        html.Add($"</article>\n");
    }

    public static string Table(HookPoint point) => $"{point.Layer.Name()} {point.Table}";
}
