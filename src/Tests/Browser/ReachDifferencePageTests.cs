using Hooktrail.Hosts;
using Hooktrail.Questions;
using Hooktrail.Questions.Reach;
using Hooktrail.Report.Html;
using Hooktrail.Report.Reach;
using Hooktrail.Tests.Questions;
using Microsoft.Playwright;

namespace Hooktrail.Tests.Browser;

/// <summary>What changed in who reaches what, where twins of both hosts were asked: in part as predicted.</summary>
[TestFixture]
public sealed class ReachDifferencePageTests
{
    private string _html = "";

    [OneTimeSetUp]
    public void Make()
    {
        var scope = new ReachScope([], EachContainer: true);
        var after = Shop.Profile with
        {
            Rules = RuleReader.Xtables(
                Layer.Iptables, Shop.Rules.Replace(":FORWARD DROP", ":FORWARD ACCEPT"), HostNames.Instance),
        };
        var difference = ReachDifference.Between(
            ReachTable.Of(Shop.Profile, scope.For(Shop.Topology)), ReachTable.Of(after, scope.For(Shop.Topology)));
        _html = Path.Combine(Scratch.Folder().FullName, "changes.html");
        using var text = new StreamWriter(_html);
        HtmlReport.Write(text, ReachPage.Of(difference, Asked(difference.Before), Asked(difference.After)));
    }

    [Test]
    public async Task A_changed_answer_shows_both_paths_and_what_each_twin_did()
    {
        await using var opened = await OpenedFile.OpenAsync(_html);
        var group = opened.Page.Locator("article.scenario").First;
        await group.Locator("summary").First.ClickAsync();
        var answer = group.Locator("details details").First;
        await answer.Locator("summary").ClickAsync();
        await Assertions.Expect(answer.Locator("pre").First).ToBeInViewportAsync();
        Assert.That(await answer.Locator("pre").CountAsync(), Is.EqualTo(2));
        Assert.That(await answer.Locator("p.good, p.bad, p.doubt").CountAsync(), Is.EqualTo(2));
        Assert.That(await opened.Page.Locator("p.reason").AllInnerTextsAsync(), Is.EqualTo((string[])
            [
                "Before: 6 of 17 answers verified by a twin; 6 otherwise, 5 not verified",
                "After: 6 of 17 answers verified by a twin; 6 otherwise, 5 not verified",
            ]));
        Assert.That(opened.Faults, Is.Empty);
    }

    [Test]
    public async Task It_stands_up_to_axe([Values] bool dark)
    {
        await using var opened = await OpenedFile.OpenAsync(_html, dark: dark);
        await opened.Page.EvaluateAsync("() => document.querySelectorAll('details').forEach(one => one.open = true)");
        await Axe.AssertAsync(opened, "reach", dark);
        Assert.That(opened.Faults, Is.Empty);
    }

    [Test]
    public Task A_narrow_screen_does_not_scroll_sideways() => EveryPage.AssertFitsANarrowScreenAsync(_html);

    [Test]
    public Task Text_of_others_is_shown_and_never_obeyed() => EveryPage.AssertObeysNoTextOfOthersAsync(_html);

    private static VerifiedReach Asked(ReachTable table) => new(
        [
            .. table.Cells.Where(cell => cell is { Question: not null, Found.Ending: not null }).Select((cell, index) => (
                cell,
                new Verified(
                    (index % 3) switch { 0 => true, 1 => false, _ => null }, Reports.Hostile, []))),
        ],
        [Reports.Hostile]);
}
