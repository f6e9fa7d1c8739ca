using Hooktrail.Model;
using Hooktrail.Questions;
using Hooktrail.Questions.Changes;
using Hooktrail.Records;
using Hooktrail.Report.Html;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Report.Answers;

/// <summary>
/// The answer to a question as a page of the HTML report: the way of each leg with its rules, and what packets did
/// beside what is predicted.
/// </summary>
public static class CheckPage
{
    private const string Id = "check";

    /// <summary>A report that contains only the answer and the guide.</summary>
    /// <param name="host">The host that was asked.</param>
    /// <param name="result">The answer.</param>
    /// <param name="account">The model's account of a leg; null if it has none.</param>
    public static ReportInput Of(HostProfile host, CheckResult result, Func<HostProfile, LegRecord, Account?> account)
    {
        var legs = Legs(host, result, account);
        return new([])
        {
            Hooks = HookMap.Of,
            Pages = [new(Id, "Check", (html, parts) => Write(html, result, legs, parts.Legs)) { Legs = legs }],
        };
    }

    // The packets' own legs, where some were sent; else those that are predicted.
    private static ImmutableArray<ShownLeg> Legs(
        HostProfile host, CheckResult result, Func<HostProfile, LegRecord, Account?> account) =>
        result.Verified is { Legs.IsEmpty: false } verified
            ? [.. verified.Legs.Select(one => new ShownLeg(
                IdOf(one.Record.Leg), one.Record, host, Once(() => Fitting(one.Record, account(host, one.Record))))
            {
                Rules = new(one.Rules, one.Untold),
            })]
            : [.. result.Answer.Legs.Select(one => new ShownLeg(
                IdOf(one.Leg),
                new(result.Question.Flow, one.Leg, one.Trail, null) { Ways = one.Ways },
                host,
                _ => one.Account)
            {
                Rules = new(one.Account.Rules, []),
            })];

    // Where packets cross hooks that are not recorded, the remarks would have other places.
    private static Account? Fitting(LegRecord leg, Account? account) =>
        account?.Trail.Hops.Length == leg.Predicted?.Hops.Length ? account : null;

    // Each part of a leg's section asks for it.
    private static Func<ShownLeg, Account?> Once(Func<Account?> ask)
    {
        var asked = new Lazy<Account?>(ask);
        return _ => asked.Value;
    }

    private static string IdOf(Leg leg) => $"{Id}/{Names.Slug(leg.ToString())}";

    private static void Write(
        HtmlWriter html, CheckResult result, ImmutableArray<ShownLeg> legs, LegSection sections)
    {
        var flow = result.Question.Flow;
        html.Add($"<p class=\"kind\">{flow.Protocol.Name()}, {flow.Ip.Name()}</p>\n");
        html.Add($"<h1 id=\"{Id}/h\" tabindex=\"-1\">{result.Question.From} → {result.Question.To}</h1>\n");
        if (result.Before is { } before)
            html.Add($"<p class=\"lead\">now: {before.Says}<br>then: {result.Answer.Says}</p>\n");
        else
            html.Add($"<p class=\"lead\">{result.Answer.Says}</p>\n");
        if (result.Answer.Connection is { } connection)
            html.Add($"<p>established: {connection.Says}</p>\n");
        if (result.Verified is { } verified)
            Verified(html, verified);
        Change(html, result.Change);
        html.Add($"<h2>The way of the packets</h2>\n<div class=\"legs\">\n");
        foreach (var leg in legs)
            sections.Write(leg, leg.Host);
        html.Add($"</div>\n");
        List(html, "Not known of this host", [.. result.NotKnown.Select(one => one.ToString())]);
    }

    private static void Verified(HtmlWriter html, Verified verified)
    {
        var (sign, grade) = verified.Agrees switch
        {
            true => ("✓", "good"),
            false => ("✗", "bad"),
            null => ("?", "doubt"),
        };
        html.Add(
            $"<p class=\"reason {grade}\"><span aria-hidden=\"true\">{sign}</span> {verified.ToString()}</p>\n");
        List(html, "In what the twin is not the host", verified.Differences);
    }

    private static void Change(HtmlWriter html, SmallestChange? change)
    {
        if (change is null)
            return;
        html.Add($"<h2>Which change would turn it</h2>\n<p>{AnswerText.TitleOf(change)}</p>\n");
        if (change.Commands.IsEmpty)
            return;
        html.Add($"<ul>\n");
        foreach (var command in change.Commands)
            html.Add($"<li><code>{command}</code></li>\n");
        html.Add($"</ul>\n");
    }

    private static void List(HtmlWriter html, string title, ImmutableArray<string> sentences)
    {
        if (sentences.IsEmpty)
            return;
        html.Add($"<h2>{title}</h2>\n<ul>\n");
        foreach (var sentence in sentences)
            html.Add($"<li>{sentence}</li>\n");
        html.Add($"</ul>\n");
    }
}
