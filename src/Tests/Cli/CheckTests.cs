using System.Text.Json;
using System.Xml.Linq;

namespace Hooktrail.Tests.Cli;

/// <summary>Questions about the host of a feature's snapshot.</summary>
public sealed class CheckTests
{
    private static readonly string Host = Path.Combine(Document.Root, "features", "hosts", "ufw.snapshot");

    private static Task<Ran> Check(string from, string to, params string[] more) =>
        Specs.Run(["check", "--from", from, "--to", to, "--snapshot", Host, .. more]);

    [Test]
    public async Task The_first_line_is_the_answer()
    {
        var ran = await Check("internet", "web:8080");
        Assert.That(ran.ExitCode, Is.Zero, ran.Error);
        Assert.That(
            ran.Output,
            Does.StartWith("delivered to shop-web-1\n\nrequest: delivered to shop-web-1\n")
                .And.Contain("\n      DOCKER-USER 1: -A DOCKER-USER -j RETURN\n"));
    }

    [TestCase("host:22", "delivered", 0)]
    [TestCase("host:3306", "delivered", 1)]
    [TestCase("host:3306", "dropped", 0)]
    public async Task Another_ending_than_the_expected_one_is_exit_code_1(string to, string expected, int code) =>
        Assert.That((await Check("internet", to, "--expect", expected)).ExitCode, Is.EqualTo(code));

    [Test]
    public async Task What_the_model_does_not_know_is_exit_code_4_in_every_format()
    {
        foreach (var format in (string[])["text", "json", "html", "junit", "svg", "mermaid"])
        {
            var ran = await Check(
                "internet", "web:8080", "--format", format, "--expect", "delivered",
                "--rule", "iptables -I DOCKER-USER -j NOWHERE");
            Assert.That(ran.ExitCode, Is.EqualTo(4), format);
        }
    }

    [Test]
    public async Task Json_and_junit_are_what_other_programs_read()
    {
        using var json = JsonDocument.Parse((await Check("internet", "web:8080", "--format", "json")).Output);
        Assert.That(json.RootElement.GetProperty("schema").GetString(), Is.EqualTo("hooktrail/check/1"));
        Assert.That(json.RootElement.GetProperty("answer").GetProperty("to").GetString(), Is.EqualTo("shop-web-1"));

        var xml = XDocument.Parse(
            (await Check("internet", "host:3306", "--format", "junit", "--expect", "delivered")).Output);
        Assert.That((string?)xml.Root!.Element("testsuite")!.Attribute("failures"), Is.EqualTo("1"));
    }

    [Test]
    public async Task A_page_has_each_leg_with_its_rules_and_only_its_owner_may_read_the_file()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Name, "check.html");

        var ran = await Check("internet", "web:8080", "--format", "html", "--out", file);

        Assert.That((ran.ExitCode, ran.Output), Is.EqualTo((0, "")), ran.Error);
        var html = File.ReadAllText(file);
        Assert.That(html, Does.Contain("internet → web:8080</h1>").And.Contain("<p class=\"lead\">delivered to shop-web-1</p>"));
        Assert.That(html, Does.Contain("id=\"check/request\"").And.Contain("id=\"check/reply\""));
        Assert.That(html, Does.Contain("<code>DOCKER-USER 1: -A DOCKER-USER -j RETURN</code> <small>return</small><td>✓<td>\n"));
        if (!OperatingSystem.IsWindows())
            Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public async Task A_picture_shows_one_leg()
    {
        var request = await Check("internet", "web:8080", "--format", "svg");
        var reply = await Check("internet", "web:8080", "--format", "svg", "--leg", "reply");
        var (shown, other) = (XDocument.Parse(request.Output).Root!, XDocument.Parse(reply.Output).Root!);
        Assert.That(shown.Name.LocalName, Is.EqualTo("svg"));
        Assert.That(other.Value, Is.Not.EqualTo(shown.Value));
        Assert.That(
            (await Check("internet", "web:8080", "--format", "mermaid")).Output, Does.StartWith("flowchart"));
    }

    [Test]
    public async Task With_a_change_the_answers_now_and_then_come_first()
    {
        using var folder = new TemporaryFolder();
        var table = folder.Write(
            "early.nft", "table inet early {\n chain c {\n  type filter hook forward priority -10;\n  tcp dport 80 drop\n }\n}\n");
        var ran = await Check("internet", "web:8080", "--nft", table, "--expect", "dropped");
        Assert.That(ran.ExitCode, Is.Zero, ran.Error);
        Assert.That(
            ran.Output,
            Does.StartWith("now: delivered to shop-web-1\nthen: dropped in nftables inet early c by rule 1: tcp dport 80 drop\n"));

        using var json = JsonDocument.Parse((await Check(
            "internet", "web:8080", "--set", "ip_forward=0", "--kernel", "5.10", "--format", "json")).Output);
        Assert.That(json.RootElement.GetProperty("before").GetProperty("outcome").GetString(), Is.EqualTo("delivered"));
        Assert.That(json.RootElement.GetProperty("answer").GetProperty("outcome").GetString(), Is.EqualTo("unreachable"));
    }

    [TestCase("172.18.0.2:80", "28.5", "delivered to shop-web-1", "dropped in iptables raw PREROUTING by rule 1: -A PREROUTING -d 172.18.0.2/32 ! -i br-shop -j DROP")]
    [TestCase("web:8080", "28.5", "delivered to shop-web-1", "delivered to shop-web-1")]
    [TestCase("web:8080", "29-nftables", "delivered to shop-web-1", "delivered to shop-web-1")]
    [TestCase("host:8080", "none", "delivered to shop-web-1", "dropped in iptables filter ufw-user-input by rule 2: -A ufw-user-input -p tcp -m tcp --dport 8080 -j DROP")]
    public async Task Another_release_of_Docker_has_other_rules_for_the_same_containers(
        string to, string release, string now, string then)
    {
        var ran = await Check("internet", to, "--docker", release);
        Assert.That(ran.ExitCode, Is.Zero, ran.Error);
        Assert.That(ran.Output, Does.StartWith($"now: {now}\nthen: {then}\n"));
    }

    [Test]
    public async Task A_command_that_explain_prints_does_what_it_says()
    {
        var open = await Check("internet", "web:8080", "--explain");
        var stop = open.Output.Split("Each of these stops it, by the model:\n  ")[1].Split('\n')[0];
        Assert.That(stop, Is.EqualTo("iptables -I DOCKER-USER 1 -i eth0 -d 172.18.0.2 -p tcp --dport 80 -j DROP"));

        var closed = await Check("internet", "web:8080", "--rule", stop, "--expect", "dropped", "--explain");
        Assert.That(closed.ExitCode, Is.Zero, closed.Error);
        var pass = closed.Output.Split("Each of these lets it through, by the model:\n  ")[1].Split('\n')[0];
        Assert.That(
            (await Check("internet", "web:8080", "--rule", stop, "--rule", pass, "--expect", "delivered")).ExitCode,
            Is.Zero,
            pass);
    }

    [TestCase("--format pdf", "Unknown format \"pdf\"; the formats are text, json, html, junit, svg and mermaid.")]
    [TestCase("--expect fine", "Unknown ending \"fine\"; the endings are delivered, dropped, rejected and unreachable.")]
    [TestCase("--rule iptables", "\"iptables\" is no change of a rule;")]
    [TestCase("--rule ufw", "\"ufw\" is no rule; begin with iptables,")]
    [TestCase("--set forward=1", "Unknown switch \"forward\";")]
    [TestCase("--nft no-such", "\"no-such\" cannot be read: there is no such file; name a file for nft -f.")]
    [TestCase("--format svg --leg error", "There is no error of 198.51.100.7 → shop-web-1 at 203.0.113.10 (tcp 8080): delivered to shop-web-1; choose another --leg.")]
    public async Task Bad_input_gets_one_sentence(string more, string sentence)
    {
        var ran = await Check("internet", "web:8080", more.Split(' '));
        Assert.That((ran.ExitCode, ran.Output), Is.EqualTo((2, "")), ran.Error);
        Assert.That(ran.Error, Does.StartWith("specs: " + sentence));
        Assert.That(ran.Error.TrimEnd('\n'), Does.Not.Contain("\n"));
    }
}
