using Hooktrail.Report.Picture;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Report.Html;

/// <summary>A report's pictures: one map for each set of registrations, with each leg's trail on it.</summary>
internal sealed class Pictures(Registered registered)
{
    private readonly Dictionary<(string Hooks, Plane Plane), (StackMap Map, string Id)> _maps = [];
    private int _drawn;

    /// <summary>The pictures' part of the style sheet. On paper they are light.</summary>
    public static string Style { get; } =
        $"{PictureSvg.Css}@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]) {PictureSvg.DarkCss}}}@media screen{{:root[data-theme=dark] {PictureSvg.DarkCss}}}";

    /// <summary>Writes the maps to which the pictures refer; once, before them.</summary>
    public void Definitions(HtmlWriter html, IEnumerable<ShownLeg> legs)
    {
        foreach (var map in legs.Where(leg => leg.Trail is not null).GroupBy(leg => (registered.Key(leg.Host), Lit(leg, null).Plane)))
        {
            var drawn = StackMap.Of(registered.Of(map.First().Host), map.Key.Plane, map.SelectMany(Crossed).Distinct());
            var id = $"map-{_maps.Count + 1}";
            _maps[map.Key] = (drawn, id);
            html.Add(new Markup(PictureSvg.Definition(drawn, id)));
        }
    }

    public void Write(HtmlWriter html, ShownLeg leg)
    {
        var lit = Lit(leg, leg.Account);
        var (map, id) = _maps[(registered.Key(leg.Host), lit.Plane)];
        html.Add(
            $"<figure class=\"picture\" data-map=\"{id}\"><div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Picture of the {leg.Record.Leg.ToString()}\">");
        html.Add(new Markup(PictureSvg.Overlay(map, id, $"p{++_drawn}", lit)));
        html.Add($"</div></figure>\n");
    }

    private static IEnumerable<HookPoint> Crossed(ShownLeg leg) =>
        (leg.Record.Observed?.Hops ?? []).Concat(leg.Record.Predicted?.Hops ?? []).Select(hop => hop.Point);

    private static LitLeg Lit(ShownLeg leg, Account? account)
    {
        var (predicted, observed) = (leg.Record.Predicted, leg.Record.Observed);
        return new(
            leg.Record.Flow,
            leg.Record.Leg,
            leg.Trail!,
            observed is not null && observed != predicted ? predicted : null,
            account);
    }
}
