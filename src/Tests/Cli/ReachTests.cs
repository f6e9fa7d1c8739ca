using System.Text.Json;

namespace Hooktrail.Tests.Cli;

[TestFixture]
[Platform("Linux")]
public class ReachTests
{
    private static string Shop => Path.Combine(Document.Root, "src/Tests/Cli/shop.snapshot");

    [Test]
    public async Task A_snapshot_becomes_a_table_with_surprises()
    {
        var ran = await Specs.Run("reach", "--snapshot", Shop, "--from", "203.0.113.7@eth0");
        Assert.That((ran.ExitCode, ran.Error), Is.EqualTo((0, "")));
        Assert.That(ran.Output, Does.StartWith("shop: 6 sources, 8 services; "));
        Assert.That(ran.Output, Does.Contain("\n  ◆ The port shop-db-1:5432/tcp is reached from the internet and beyond eth1 "));
        Assert.That(ran.Output, Does.Contain("dropped in iptables filter DOCKER-USER by rule 1: -A DOCKER-USER -s 203.0.113.0/25 -i eth0 -j DROP\n"));
    }

    [TestCase("json", "{\n  \"schema\": \"hooktrail/reach/1\",")]
    [TestCase("markdown", "# Who reaches what\n")]
    [TestCase("html", "<!DOCTYPE html>\n")]
    public async Task Each_format_goes_to_a_file(string format, string beginning)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Name, "reach");
        var ran = await Specs.Run("reach", "--snapshot", Shop, "--format", format, "--out", file);
        Assert.That((ran.ExitCode, ran.Output, ran.Error), Is.EqualTo((0, "", "")));
        Assert.That(await File.ReadAllTextAsync(file), Does.StartWith(beginning));
    }

    [TestCase("internet → web:443/tcp delivered", 0)]
    [TestCase("internet → web:443/tcp dropped", 1)]
    [TestCase("203.0.113.7@eth0 → web:443 dropped", 0)]
    public async Task Expectations_decide_the_exit_code(string line, int exitCode)
    {
        var ran = await Specs.Fed(line, "reach", "--snapshot", Shop, "--expect", "-", "--format", "junit");
        Assert.That(ran.ExitCode, Is.EqualTo(exitCode), ran.Error);
        Assert.That(ran.Output, Does.Contain($"tests=\"1\" failures=\"{exitCode}\" errors=\"0\""));
    }

    [Test]
    public async Task What_depends_is_exit_code_4_only_where_it_is_expected_otherwise()
    {
        using var folder = new TemporaryFolder();
        var open = await Changed(folder, "-A DOCKER-USER -s", "-A DOCKER-USER -m recent --rcheck --name bad -j DROP\",\n\"-A DOCKER-USER -s");
        Assert.That((await Specs.Run("reach", "--snapshot", open)).ExitCode, Is.Zero);
        var ran = await Specs.Fed("internet → web:443 delivered", "reach", "--snapshot", open, "--expect", "-");
        Assert.That(ran.ExitCode, Is.EqualTo(4), ran.Error);
        Assert.That(ran.Output, Does.Contain("Expectations: 0 as expected, 0 not as expected, 1 inconclusive\n"));
    }

    [Test]
    public async Task What_changed_is_grouped_by_cause()
    {
        using var folder = new TemporaryFolder();
        var after = await Changed(folder, ":FORWARD ACCEPT [0:0]\",\n    \":OUTPUT ACCEPT [0:0]\",\n    \":DOCKER", ":FORWARD DROP [0:0]\",\n    \":OUTPUT ACCEPT [0:0]\",\n    \":DOCKER");
        var ran = await Specs.Run("reach", "--diff", Shop, after);
        Assert.That((ran.ExitCode, ran.Error), Is.EqualTo((1, "")));
        Assert.That(ran.Output, Does.Contain("""

            yes → no: 2 answers
              before: no rule and no policy turns the packet away
              after:  iptables filter FORWARD: its policy
                internet → shop-db-1:5432/tcp by ipv4
                beyond eth1 → shop-db-1:5432/tcp by ipv4

            """));
        var same = await Specs.Run("reach", "--diff", Shop, Shop, "--format", "json");
        Assert.That((same.ExitCode, same.Error), Is.EqualTo((0, "")));
        using var json = JsonDocument.Parse(same.Output);
        Assert.That(json.RootElement.GetProperty("groups").GetArrayLength(), Is.Zero);
    }

    [TestCase("reach --format svg --snapshot {0}", "Unknown format \"svg\"; use text, json, markdown, html or junit.")]
    [TestCase("reach --format junit --snapshot {0}", "The format junit is for expectations; name a file of them with --expect.")]
    [TestCase("reach --format junit --diff {0} {0}", "Unknown format \"junit\"; use text, json, markdown or html.")]
    [TestCase("reach --diff {0} {0} --expect none", "--diff takes no --snapshot or --expect; leave them out.")]
    [TestCase("reach --snapshot {0} --expect none", "\"none\" cannot be read: there is no such file; name a file of expectations.")]
    [TestCase("reach --snapshot {0} --expect /dev/null", "\"/dev/null\" has no expectation; ")]
    [TestCase("reach --snapshot {0} --from mail", "The host has no endpoint \"mail\"; ")]
    [TestCase("reach --snapshot {0} --from internet@eth7", "The host has no device \"eth7\"; ")]
    public async Task Bad_input_gets_one_sentence(string line, string sentence)
    {
        var ran = await Specs.Line(string.Format(CultureInfo.InvariantCulture, line, Shop));
        Assert.That((ran.ExitCode, ran.Output), Is.EqualTo((2, "")), ran.Error);
        Assert.That(ran.Error, Does.StartWith("specs: " + sentence));
        Assert.That(ran.Error.TrimEnd('\n'), Does.Not.Contain("\n"));
    }

    private static async Task<string> Changed(TemporaryFolder folder, string before, string after)
    {
        var text = await File.ReadAllTextAsync(Shop);
        Assert.That(text, Does.Contain(before));
        return folder.Write("changed.snapshot", text.Replace(before, after));
    }
}
