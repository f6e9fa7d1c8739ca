using Hooktrail.Report.Picture;
using Hooktrail.Trails;

namespace Hooktrail.Report.Html;

/// <summary>The pictures of a report: a map of the stack for each set of registrations, and on it what each leg lights.</summary>
internal sealed class Pictures(Registered registered)
{
    private readonly Dictionary<(string Hooks, Plane Plane), (StackMap Map, string Id)> _maps = [];

    /// <summary>What the pictures need of the style sheet. On paper they are light.</summary>
    public static string Style { get; } =
        $"{PictureSvg.Css}@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]) {PictureSvg.DarkCss}}}@media screen{{:root[data-theme=dark] {PictureSvg.DarkCss}}}";

    /// <summary>Writes the maps that the pictures lie on; once, before them.</summary>
    public void Definitions(HtmlWriter html, IEnumerable<ShownRun> runs)
    {
        var legs = runs.SelectMany(run => run.Scenarios).SelectMany(scenario => scenario.Legs).Where(leg => leg.Trail is not null);
        foreach (var map in legs.GroupBy(leg => (registered.Key(leg.Host), Lit(leg).Plane)))
        {
            var drawn = StackMap.Of(registered.Of(map.First().Host), map.Key.Plane, map.SelectMany(Crossed).Distinct());
            var id = $"map-{_maps.Count + 1}";
            _maps[map.Key] = (drawn, id);
            html.Add(new Markup(PictureSvg.Definition(drawn, id)));
        }
    }

    /// <summary>Writes a leg's picture.</summary>
    public void Write(HtmlWriter html, ShownLeg leg)
    {
        var lit = Lit(leg);
        var (map, id) = _maps[(registered.Key(leg.Host), lit.Plane)];
        html.Add($"<figure class=\"picture\" data-map=\"{id}\"><div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Picture of the {leg.Record.Leg.ToString()}\">");
        html.Add(new Markup(PictureSvg.Overlay(map, id, $"{leg.Id}/picture", lit)));
        html.Add($"</div></figure>\n");
    }

    private static IEnumerable<HookPoint> Crossed(ShownLeg leg) =>
        (leg.Record.Observed?.Hops ?? []).Concat(leg.Record.Predicted?.Hops ?? []).Select(hop => hop.Point);

    private static LitLeg Lit(ShownLeg leg)
    {
        var (predicted, observed) = (leg.Record.Predicted, leg.Record.Observed);
        return new(leg.Record.Flow, leg.Record.Leg, leg.Trail!, observed is not null && observed != predicted ? predicted : null, leg.Account);
    }
}
