using System.Text;
using Hooktrail.Questions.Reach;
using Hooktrail.Report.Html;
using Hooktrail.Report.Reach;
using NJsonSchema;

namespace Hooktrail.Tests.Questions.Reach;

public sealed class FormatTests
{
    private static readonly HostProfile Open = Tables.WithRules(rules => rules.Replace(":FORWARD DROP", ":FORWARD ACCEPT"));

    private static ImmutableArray<JudgedExpectation> Expected => JudgedExpectation.Of(
        Shop.Profile,
        Expectation.Read(
            Shop.Topology, new StringReader("internet → web:443 delivered\ninternet → web:443 dropped"), "it"));

    [Test]
    public void The_table_has_a_number_for_each_reason()
    {
        var lines = ReachText.Of(Tables.Of(), Expected).Split('\n')
            .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ToList();
        Assert.That(lines[0], Is.EqualTo("host: 5 sources, 4 services; 8 yes, 9 no, 0 depends, 0 not known"));
        Assert.That(lines, Does.Contain("service ip internet beyond eth1 shop-web-1 shop-db-1 host"));
        Assert.That(lines, Does.Contain("shop-db-1:5432/tcp ipv4 no 3 no 3 yes – no 4"));
        Assert.That(lines, Does.Contain("3 dropped in iptables filter FORWARD by its policy"));
        Assert.That(lines, Does.Contain("Expectations: 1 as expected, 1 not as expected, 0 inconclusive"));
        Assert.That(lines, Does.Contain("not as expected: internet → web:443 dropped: delivered to shop-web-1"));
    }

    [Test]
    public void Many_sources_get_numbers_for_names()
    {
        var text = ReachText.Of(Tables.Of(Town.Of(20)), []);
        Assert.That(text, Does.Contain("  s1  internet\n").And.Contain(" s22  host\n"));
        Assert.That(text.Split('\n'), Has.Some.StartsWith("service ").And.Some.Contains(" s22"));
    }

    [Test]
    public void Markdown_has_a_row_for_each_service() => Assert.That(
        ReachMarkdown.Of(Tables.Of(), Expected),
        Does.Contain("| shop-db-1:5432/tcp | ipv4 | no 3 | no 3 | yes | – | no 4 |\n")
            .And.Contain("- not as expected: internet → web:443 dropped: delivered to shop-web-1\n"));

    [Test]
    public async Task The_JSON_holds_to_its_schema()
    {
        var schema = await SchemaOf("reach.schema.json");
        var table = Tables.Of(Open with
        {
            Topology = Shop.Topology with { NotKnown = [new(Trails.Topologies.Subject.Neighbours, "no right")] },
        });
        var text = Written(stream => ReachJson.Write(stream, table, Expected));
        Assert.That(schema.Validate(text), Is.Empty);
        Assert.That(text, Does.Contain("\"schema\": \"hooktrail/reach/1\"").And.Contain("\"unpublishedPort\""));
        Assert.That(schema.Validate(text.Replace("\"verdict\"", "\"says2\"")), Is.Not.Empty);
        Assert.That(schema.Validate(text.Replace("\"unpublishedPort\"", "\"other\"")), Is.Not.Empty);
    }

    [Test]
    public async Task The_JSON_of_a_difference_holds_to_its_schema()
    {
        var schema = await SchemaOf("reach-diff.schema.json");
        var without = Shop.On(Shop.Topology with { Containers = [Shop.Topology.Containers[0]] });
        var text = Written(stream => ReachJson.Write(
            stream, ReachDifference.Between(Tables.Of(without), Tables.Of(Open))));
        Assert.That(schema.Validate(text), Is.Empty);
        Assert.That(text, Does.Contain("\"schema\": \"hooktrail/reach-diff/1\"").And.Contain("\"it is not there\""));
        Assert.That(schema.Validate(text.Replace("\"causeAfter\"", "\"after2\"")), Is.Not.Empty);
    }

    [Test]
    public async Task What_a_twin_did_is_in_the_JSON()
    {
        var table = Tables.Of(Open);
        var cells = table.Cells.Where(cell => cell.Question is not null).ToList();
        var verified = new VerifiedReach(
            [
                (cells[0], new(true, "the packets went as predicted", [])), (cells[1], new(false, "they did not", [])),
                (cells[2], new(null, "nothing tells", [])),
            ],
            ["The twin lacks a route."]);

        var text = Written(stream => ReachJson.Write(stream, table, [], verified));
        Assert.That((await SchemaOf("reach.schema.json")).Validate(text), Is.Empty);
        using var json = System.Text.Json.JsonDocument.Parse(text);
        var written = json.RootElement.GetProperty("verified");
        Assert.That(
            written.GetProperty("cells").EnumerateArray().Select(cell =>
                cell.TryGetProperty("agrees", out var agrees) ? $"{agrees.GetBoolean()}" : "not told"),
            Is.EqualTo((string[])["True", "False", "not told"]));
        Assert.That(written.GetProperty("differences")[0].GetString(), Is.EqualTo("The twin lacks a route."));

        var difference = ReachDifference.Between(table, table);
        var compared = Written(stream => ReachJson.Write(stream, difference, verified, verified));
        Assert.That((await SchemaOf("reach-diff.schema.json")).Validate(compared), Is.Empty);
        Assert.That(compared, Does.Contain("\"verifiedBefore\"").And.Contain("\"verifiedAfter\""));
    }

    [Test]
    public void Each_cell_of_the_page_leads_to_its_path()
    {
        using var html = new StringWriter();
        HtmlReport.Write(html, ReachPage.Of(Tables.Of(Open), Expected));
        var text = html.ToString();
        var table = text[text.IndexOf("<table class=\"heat\">", StringComparison.Ordinal)..text.IndexOf("<h2>Paths</h2>", StringComparison.Ordinal)];
        var links = table.Split("href=\"#").Skip(1).Select(part => part[..part.IndexOf('"')]).ToList();

        Assert.That(links, Has.Count.EqualTo(17));
        Assert.That(links.Where(id => !text.Contains($"<details id=\"{id}\">", StringComparison.Ordinal)), Is.Empty);
        Assert.That(text, Does.Contain("request: delivered to shop-web-1\n").And.Contain("-A DOCKER ! -i br-shop"));
        Assert.That(table, Does.Contain("internet → shop-db-1:5432/tcp by ipv4: yes ◆"));
    }

    [Test]
    public void A_difference_is_a_page_too()
    {
        using var html = new StringWriter();
        HtmlReport.Write(html, ReachPage.Of(ReachDifference.Between(Tables.Of(), Tables.Of(Open))));
        Assert.That(
            html.ToString(),
            Does.Contain("no → yes: 2 answers").And.Contain("<code>iptables filter FORWARD: its policy</code>").And.Contain("New surprises"));
    }

    [Test]
    public void The_page_of_a_difference_has_both_paths_of_a_changed_answer_and_what_the_twins_did()
    {
        var difference = ReachDifference.Between(Tables.Of(), Tables.Of(Open));
        var change = difference.Groups[0].Changes[0];
        using var html = new StringWriter();

        HtmlReport.Write(html, ReachPage.Of(
            difference,
            new([(change.Before!, new(true, "the earlier packets went as predicted", []))], []),
            new([(change.After!, new(false, "the later ones did not", []))], ["The twin lacks a route."])));
        var text = html.ToString();

        Assert.That(text, Does.Contain("Before: 1 of 1 answers verified by a twin").And.Contain("After: 0 of 1 answers verified by a twin; 1 otherwise"));
        Assert.That(text, Does.Contain("<p class=\"good\">verified: the earlier packets went as predicted</p>"));
        Assert.That(text, Does.Contain("<p class=\"bad\">not verified: the later ones did not</p>"));
        Assert.That(text, Does.Contain("<h2>What the twin of the later host did otherwise, or could not tell</h2>"));
        Assert.That(text, Does.Contain("<h2>In what the twin of the later host is not the host</h2>").And.Not.Contain("of the earlier host is not"));
        Assert.That(text, Does.Contain("request: dropped at iptables filter FORWARD").And.Contain("request: delivered to shop-db-1"));
    }

    private static string Written(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static async Task<JsonSchema> SchemaOf(string name) => await JsonSchema.FromJsonAsync(
        (await File.ReadAllTextAsync(Path.Combine(TestContext.CurrentContext.TestDirectory, name)))
        .Replace("$defs", "definitions"));
}
