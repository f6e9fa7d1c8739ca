using Hooktrail.Judging;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Report.Html;

/// <summary>Writes a leg: its picture, its hops with their evidence, and the silent hook points.</summary>
internal sealed class LegSection(HtmlWriter html, Pictures pictures, Registered registered)
{
    private readonly RuleRows _rules = new(html);

    /// <summary>Writes a leg; of its host only the differences from the run's first host.</summary>
    public void Write(ShownLeg leg, HostProfile first)
    {
        var (record, id) = (leg.Record, leg.Id);
        html.Add(
            $"<section class=\"leg\" role=\"group\" id=\"{id}\" data-leg=\"{Slug(record.Leg)}\" data-flow=\"{record.Flow.ToString()}\" aria-labelledby=\"{id}/h\">\n");
        html.Add($"<h3 id=\"{id}/h\"><a class=\"self\" href=\"#{id}\">{Capital(record.Leg.ToString())}</a> ");
        Badge(html, leg.Result);
        html.Add($"</h3>\n<p class=\"flow\">{record.Flow.ToString()}");
        if (HostText.Difference(first, leg.Host) is { } difference)
            html.Add($"<br><span class=\"host\">on a host with {difference}</span>");
        html.Add($"</p>\n");
        if (record.Reason is { } reason)
            html.Add($"<p class=\"reason {leg.Result.Class()}\">{reason}</p>\n");
        if (!record.Ways.IsEmpty)
            html.Add(
                $"<p class=\"reason\">One of {Count(record.Ways.Length, "way")}: {Ways.InWords(record.Ways)}.</p>\n");
        if (leg.Trail is { } trail)
        {
            pictures.Write(html, leg);
            Hops(leg, trail);
            Silent(leg);
        }
        else
            html.Add($"<p>No trail: nothing was predicted and nothing was observed.</p>\n");
        html.Add($"</section>\n");
    }

    /// <summary>A sign and a word.</summary>
    public static void Badge(HtmlWriter html, Result result) =>
        html.Add(
            $"<span class=\"badge {result.Class()}\"><span aria-hidden=\"true\">{result.Sign()}</span> {result.Word()}</span>");

    /// <summary>The layer is a coloured word.</summary>
    public static void Point(HtmlWriter html, HookPoint point) =>
        html.Add($"<b class=\"{point.Layer.Name()}\">{point.Layer.Name()}</b> {point.Table} {point.Chain}");

    private static string Slug(Leg leg) => Names.Slug(leg.ToString());

    private static string Capital(string text) =>
        string.Concat(char.ToUpperInvariant(text[0]).ToString(), text.AsSpan(1));

    private void Hops(ShownLeg leg, Trail trail)
    {
        var record = leg.Record;
        var (predicted, observed) = (record.Predicted, record.Observed);
        // A leg with only one trail is aligned with itself, and the other column stays empty.
        var rows = Alignment.Of(null, predicted ?? trail, observed ?? trail);
        var voices = Voice.All(null, predicted ?? trail, observed ?? trail);
        // Behind the last hop that the model knows, an observed hop is no divergence.
        var isOpen = leg.Result == Result.NotPredicted;
        var parting =
            isOpen ? -1 : Enumerable.Range(0, rows.Length).Where(row => Parting.At(row, rows, voices) is not null)
            .FirstOrDefault(Parting.OfOutcomes(voices) is null ? -1 : rows.Length);
        var evidence = record.Evidence.ToLookup(one => one.Hop);

        html.Add(
            $"<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Hops of the {record.Leg.ToString()}\"><table class=\"hops\">\n");
        html.Add($"<caption>{Count(trail.Hops.Length, "hop")}, {trail.Outcome.ToString()}</caption>\n");
        html.Add(
            $"<thead><tr><th scope=\"col\">#</th><th scope=\"col\">hook point</th><th scope=\"col\">in <small>(port)</small></th><th scope=\"col\">out <small>(port)</small></th><th scope=\"col\">source → destination</th>");
        html.Add($"<th scope=\"col\">predicted</th><th scope=\"col\">observed</th></tr></thead>\n<tbody>\n");
        var (number, missing, here) = (0, 0, 0);
        Hop? before = null;
        var isMarked = false;
        Remarks(leg, 0, 0, [], null);
        foreach (var (index, row) in rows.Index())
        {
            var hop = row.Observed ?? row.Predicted!;
            var counted = observed is null || row.Observed is not null;
            var anchor = counted ? $"{leg.Id}/{++number}" : $"{leg.Id}/predicted-{++missing}";
            if (row.Predicted is not null)
                here++;
            Row(
                row, hop, before, anchor, counted ? number.ToString(CultureInfo.InvariantCulture) : "",
                index == parting && !isMarked, predicted is not null && !(isOpen && row.Predicted is null), observed is not null);
            isMarked |= index == parting;
            var (said, seen) = (row.Predicted is null ? -1 : here, row.Observed is null ? -1 : number);
            isMarked |= _rules.Write(leg, said, seen, hop.Point, marks: observed is not null && !isMarked && !isOpen);
            Remarks(
                leg, said, seen,
                row.Observed is null ? [] : evidence[number], hop);
            before = hop;
        }
        var isLast = parting == rows.Length && !isMarked;
        html.Add($"</tbody>\n<tfoot><tr{Divergence(isLast)}><td></td><th scope=\"row\">outcome</th>");
        if (predicted is not null && observed is not null && parting == rows.Length)
            html.Add(
                $"<td colspan=\"5\">predicted: {predicted.Outcome.ToString()}<br>observed: {observed.Outcome.ToString()}{(isLast ? FirstDivergence : new Markup(""))}</td>");
        else
            html.Add($"<td colspan=\"5\">{trail.Outcome.ToString()}</td>");
        html.Add($"</tr></tfoot></table></div>\n");
        if (evidence[0].Any())
        {
            html.Add($"<details class=\"evidence other\"><summary>Records of no hop</summary><ul>\n");
            foreach (var record0 in evidence[0])
                Record(record0, null, leg.Host);
            html.Add($"</ul></details>\n");
        }
    }

    internal static readonly Markup FirstDivergence = new("<strong class=\"first\">◆ first divergence</strong>");

    private static Markup Divergence(bool here) => new(here ? " class=\"divergence\"" : "");

    private void Row(
        AlignedHops row, Hop hop, Hop? before, string anchor,
        string number, bool parts, bool hasPrediction, bool hasObservation)
    {
        var marks = (number.Length > 0 ? "" : "predicted ") + (parts ? "divergence" : "");
        html.Add(
            $"<tr id=\"{anchor}\"{new Markup(marks.Length > 0 ? $" class=\"{marks.TrimEnd()}\"" : "")} data-point=\"{hop.Point.ToString()}\"");
        // End tags of cells and rows are left out, as HTML allows: there are thousands. The
        // script turns the numbers into links.
        html.Add($"><td>{(number.Length > 0 ? number : "·")}");
        html.Add($"<th scope=\"row\">");
        Point(html, hop.Point);
        if (parts)
            html.Add($"{FirstDivergence}");
        html.Add($"<td>");
        Device(row, HopField.In, HopField.PhysIn, hop);
        html.Add($"<td>");
        Device(row, HopField.Out, HopField.PhysOut, hop);
        // A rewrite by a hook point's NAT rules is visible at the next hop.
        var rewritten = before is not null && (before.Source != hop.Source || before.Destination != hop.Destination)
            && before.Source is not null && hop.Source is not null;
        html.Add($"<td{new Markup(rewritten ? " class=\"nat\"" : "")}>");
        Value(row, HopField.Source, hop);
        if (hop.Source is not null || hop.Destination is not null)
            html.Add($" → ");
        Value(row, HopField.Destination, hop);
        Voiced(hasPrediction, row.Predicted is not null);
        Voiced(hasObservation, row.Observed is not null);
        html.Add($"\n");
    }

    private void Voiced(bool speaks, bool crosses) =>
        html.Add(new Markup(!speaks ? "<td>" : crosses ? "<td>✓" : "<td class=\"no\">✗ not crossed"));

    private void Device(AlignedHops row, HopField field, HopField physical, Hop hop)
    {
        Value(row, field, hop);
        if (physical.Of(hop) is not null || Differs(row, physical))
        {
            html.Add($" <small>");
            Value(row, physical, hop);
            html.Add($"</small>");
        }
    }

    private void Value(AlignedHops row, HopField field, Hop hop)
    {
        if (Differs(row, field))
            html.Add(
                $"<del title=\"predicted\">{field.Of(row.Predicted!) ?? "none"}</del> <ins title=\"observed\">{field.Of(row.Observed!) ?? "none"}</ins>");
        else if (field.Of(hop) is { } value)
            html.Add($"{value}");
    }

    private static bool Differs(AlignedHops row, HopField field) =>
        row is { Predicted: { } predicted, Observed: { } observed } && field.Of(predicted) != field.Of(observed);

    /// <summary>Below a hop: its rules, its record, and the model's account of the way to the next hop.</summary>
    private void Remarks(ShownLeg leg, int after, int number, IEnumerable<Evidence> evidence, Hop? hop)
    {
        var records = evidence.ToList();
        var remarks = leg.Account?.Remarks.Where(remark => remark.After == after).ToList() ?? [];
        var rules = RulesAt(leg, after, number);
        if (records.Count == 0 && remarks.Count == 0 && rules.Count == 0)
            return;
        // The first remark is only on the line itself; its source is below.
        html.Add($"<tr class=\"why\"><td colspan=\"7\"><details class=\"evidence\"><summary>");
        foreach (var record in records)
            html.Add($"#{record.Number} ");
        // A rule that decided says more than a remark.
        var says = rules.Count > 0 ? RuleRows.In(rules[^1], hop?.Point) : remarks.Count > 0 ? remarks[0].Says : "";
        html.Add($"{says}{(rules.Count + remarks.Count > 1 ? " …" : "")}</summary><ul>\n");
        foreach (var rule in rules)
            html.Add(
                $"<li class=\"rule\">{(leg.Record.Rules.IsEmpty ? "predicted rule" : "rule that matched")}: <code>{RuleLines.Of(rule)}</code>\n");
        foreach (var record in records)
            Record(record, hop, leg.Host);
        foreach (var (index, remark) in remarks.Index())
        {
            html.Add($"<li>{PlaceOf(remark.Place)}{(index > 0 || rules.Count > 0 ? $": {remark.Says}" : "")}");
            Source(remark.Source);
            html.Add($"\n");
        }
        html.Add($"</ul></details>\n");
    }

    // The rules that were observed, or else those that are predicted; none if they have rows of their own.
    private static List<RuleStep> RulesAt(ShownLeg leg, int predicted, int observed) =>
        leg.Rules is not null ? []
        : !leg.Record.Rules.IsEmpty ? [.. leg.Record.Rules.Where(rule => rule.Hop == observed)]
        : [.. leg.Account?.Rules.Where(rule => rule.Hop == predicted) ?? []];

    private void Source(string? source)
    {
        if (source is not null)
            html.Add($"<cite>{source}</cite>");
    }

    private void Record(Evidence record, Hop? hop, HostProfile host)
    {
        html.Add($"<li>{Writer(record.Channel)}");
        if (hop is not null && registered.At(host, hop.Point) is { } at)
            html.Add($" at {at.Family} {at.Hook} {HookPages.Priority(at.Priority)}");
        html.Add($": <code>#{record.Number} {record.Line}</code>\n");
    }

    private static string Writer(string channel) => channel switch
    {
        Evidence.KernelLog => "kernel log, LOG rule",
        Evidence.Nflog => "nflog rule",
        _ => channel,
    };

    private static string PlaceOf(Place place) => place switch
    {
        Place.Device => "device",
        Place.Hook => "hook",
        Place.BridgeDecision => "bridging decision",
        Place.BrNetfilter => "br_netfilter",
        Place.Conntrack => "conntrack",
        Place.Nat => "NAT",
        Place.RoutingDecision => "routing decision",
        Place.Rule => "rule",
        _ => "local process",
    };

    private void Silent(ShownLeg leg)
    {
        if (leg.Account is not { Silences.IsEmpty: false } account)
            return;
        // The observed trail may cross hook points whose silence was predicted.
        var crossed = leg.Trail!.Hops.Select(hop => hop.Point).ToHashSet();
        var reasons = account.Silences.Where(one => !crossed.Contains(one.Point))
            .GroupBy(one => (one.Why, one.Source))
            .ToImmutableArray();
        if (reasons.IsEmpty)
            return;
        html.Add(
            $"<details class=\"silent\"><summary>{Count(reasons.Sum(reason => reason.Count()), "hook point")} not crossed, with the reason</summary><ul>\n");
        foreach (var reason in reasons)
        {
            html.Add($"<li");
            // Chains of another protocol are in another picture; the protocol is reason enough.
            if (reason.Any(one => one.Point.Layer is Layer.Ebtables or Layer.Nftables
                || one.Point.Layer == LayerOf(leg.Record.Flow)))
                html.Add($" data-points=\"{string.Join(';', reason.Select(one => one.Point.ToString()))}\"");
            html.Add($">{reason.Key.Why}");
            Source(reason.Key.Source);
            html.Add($"</li>\n");
        }
        html.Add($"</ul></details>\n");
    }

    private static Layer LayerOf(Flow flow) =>
        flow.Protocol == Protocol.Arp ? Layer.Arptables : flow.Ip == IpVersion.V6 ? Layer.Ip6tables : Layer.Iptables;

    public static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
