using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Hooktrail.Tests.Cli;

/// <summary>Questions about a user's host that a twin answers too.</summary>
public sealed partial class VerifyTests
{
    private static readonly string Ufw = Path.Combine(Document.Root, "features/hosts/ufw.snapshot");

    [Test]
    public async Task Check_says_that_the_twin_did_as_predicted()
    {
        var ran = await Twin("check", "--from", "internet", "--to", "web:8080", "--snapshot", Ufw, "--verify");

        Assert.That(ran.ExitCode, Is.Zero, ran.Error);
        Assert.That(ran.Output, Does.Match(@"^delivered to shop-web-1\nverified: in a twin of the host on Linux \S+, the packets went as predicted: 6 legs, "));
    }

    [Test]
    public async Task The_page_of_a_question_has_packets_and_prediction_side_by_side()
    {
        var ran = await Twin(
            "check", "--from", "internet", "--to", "web:8080", "--snapshot", Ufw, "--verify", "--format", "html");

        Assert.That(ran.ExitCode, Is.Zero, ran.Error);
        Assert.That(ran.Output, Does.Contain("</span> verified: in a twin of the host on Linux "));
        Assert.That(ran.Output, Does.Contain("<code>DOCKER-USER 1: -A DOCKER-USER -j RETURN</code> <small>return</small><td>✓<td>✓"));
        Assert.That(SideThatLacks().Matches(ran.Output), Is.Empty);
        // Of TCP all six: two requests more, and the end of the connection.
        Assert.That(LegsOfPage().Matches(ran.Output), Has.Count.EqualTo(6));
    }

    [Test]
    public async Task The_page_of_reach_has_what_the_twin_did_with_each_path()
    {
        var ran = await Twin("reach", "--snapshot", Ufw, "--verify", "--format", "html");

        Assert.That(ran.ExitCode, Is.Zero, ran.Error);
        Assert.That(ran.Output, Does.Match("answers verified by a twin on Linux [0-9.]+; 0 otherwise, 0 not verified</p>"));
        Assert.That(ran.Output, Does.Contain("<p class=\"good\">verified: in a twin of the host"));
    }

    [Test]
    public async Task Readme_shows_what_the_host_of_the_snapshot_answers()
    {
        var readme = Document.Read("README.md").Blocks.ToList();
        var at = readme.FindIndex(block => block.Lines is ["./specs check --from internet --to web:8080 --verify"]);
        var shown = readme[at + 1].Lines.Where(line => line != "…").Select(line => OfKernel().Replace(line, "Linux …"));

        var ran = await Twin("check", "--from", "internet", "--to", "web:8080", "--snapshot", Ufw, "--verify");

        Assert.That(OfKernel().Replace(ran.Output, "Linux …"), Does.StartWith(string.Join('\n', shown) + "\n"));
    }

    [Test]
    public async Task An_answer_that_depends_stays_one_although_the_twin_did_either()
    {
        var ran = await Twin(
            "check", "--from", "internet", "--to", "host:22", "--snapshot", Ufw, "--verify",
            "--rule", "iptables -I INPUT -m recent --name x --update -j DROP");

        Assert.That(ran.ExitCode, Is.EqualTo(4), ran.Error);
        Assert.That(ran.Output, Does.Contain(" or delivered to host if -m recent").And.Contain("\nverified: "));
    }

    [Test]
    public async Task A_host_with_other_rules_of_Docker_has_no_twin()
    {
        var ran = await Specs.Run(
            "check", "--from", "internet", "--to", "web:8080", "--snapshot", Ufw, "--verify", "--docker", "29");

        Assert.That(ran.ExitCode, Is.EqualTo(2));
        Assert.That(ran.Error, Does.Contain("--verify builds the host with its own rules"));
    }

    [TestCase("check", "--from", "internet", "--to", "web:8080")]
    [TestCase("reach")]
    public async Task A_kernel_that_has_not_been_fetched_is_told_in_a_sentence(params string[] verb)
    {
        var ran = await Specs.Run([.. verb, "--snapshot", Ufw, "--verify", "--kernel", "4.2"]);

        Assert.That(ran.ExitCode, Is.EqualTo(2));
        Assert.That(ran.Output, Is.Empty);
        // The second, where this machine runs no guests at all.
        Assert.That(
            ran.Error.Trim().Split('\n')[^1],
            Does.Contain("Linux 4.2 has not been fetched, so no guest can boot it; run ./specs kernels fetch 4.2 first.")
                .Or.Contain("A guest with Linux 4.2 needs the program qemu-system-x86_64, which is missing;"));
    }

    [Test]
    public async Task This_machines_own_kernel_needs_no_guest_and_is_named()
    {
        var own = KernelVersion.Parse((await File.ReadAllTextAsync("/proc/sys/kernel/osrelease")).Trim());

        var ran = await Twin(
            "check", "--from", "internet", "--to", "web:8080", "--snapshot", Ufw, "--verify",
            "--kernel", $"{own.Major}.{own.Minor}");

        Assert.That(ran.ExitCode, Is.Zero, ran.Error);
        Assert.That(ran.Error, Is.Empty);
        Assert.That(ran.Output, Does.Match($"^now: .*\nthen: .*\nverified: in a twin of the host on Linux {own}, the packets went"));
    }

    [Test]
    public async Task Without_verify_reach_asks_the_model_about_another_kernel()
    {
        // POSTROUTING knows the device that a packet came in by from Linux 5.5 on.
        using var folder = new TemporaryFolder();
        var host = folder.Write("host.snapshot", WithTable(
            """{"table": {"family": "ip", "name": "mine"}}""",
            """{"chain": {"family": "ip", "table": "mine", "name": "c", "type": "filter", "hook": "postrouting", "prio": 0, "policy": "accept"}}""",
            """{"rule": {"family": "ip", "table": "mine", "chain": "c", "expr": [{"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "eth0"}}, {"drop": null}]}}"""));

        var (now, then) = (
            await Specs.Run("reach", "--snapshot", host), await Specs.Run("reach", "--snapshot", host, "--kernel", "5.4"));

        Assert.That((now.ExitCode, then.ExitCode), Is.EqualTo((0, 0)), now.Error + then.Error);
        Assert.That(now.Output, Does.Contain("nftables ip mine c"));
        Assert.That(then.Output, Does.Not.Contain("nftables ip mine c"));
    }

    private static string WithTable(params string[] objects)
    {
        var snapshot = JsonNode.Parse(File.ReadAllText(Ufw))!;
        var part = snapshot["parts"]!.AsArray().Single(part => (string?)part!["name"] == "nft-json")!;
        var listed = JsonNode.Parse(string.Join('\n', part["lines"]!.AsArray().Select(line => (string?)line)))!;
        foreach (var one in objects)
            listed["nftables"]!.AsArray().Add(JsonNode.Parse(one));
        part["lines"] = new JsonArray(listed.ToJsonString());
        return snapshot.ToJsonString();
    }

    [Test]
    public async Task A_switch_that_the_user_asks_about_is_turned_in_the_twin()
    {
        var ran = await Twin(
            "check", "--from", "internet", "--to", "web:8080", "--snapshot", Ufw, "--verify", "--set", "ip_forward=0");

        Assert.That(ran.ExitCode, Is.Zero, ran.Error);
        Assert.That(ran.Output, Does.Match("^now: delivered to shop-web-1\nthen: .*ip_forward is off.*\nverified: "));
    }

    [Test]
    public async Task Reach_verifies_every_answer_of_a_host()
    {
        var ran = await Twin("reach", "--snapshot", Ufw, "--verify");

        Assert.That(ran.ExitCode, Is.Zero, ran.Error);
        Assert.That(ran.Error, Does.Match("^([1-9][0-9]*) of \\1 answers verified by a twin on Linux [0-9.]+; 0 otherwise, 0 not verified\n$"));
    }

    [Test]
    public async Task Reach_verifies_both_hosts_of_a_difference_and_writes_it_in_JSON()
    {
        var ran = await Twin("reach", "--diff", Ufw, Ufw, "--verify", "--format", "json");

        Assert.That(ran.ExitCode, Is.Zero, ran.Error);
        Assert.That(ran.Error, Does.Match("^before: ([1-9][0-9]*) of \\1 answers.*\nafter: \\1 of \\1 answers.*\n$"));
        using var json = JsonDocument.Parse(ran.Output);
        foreach (var member in (string[])["verifiedBefore", "verifiedAfter"])
        {
            var verified = json.RootElement.GetProperty(member);
            Assert.That(
                verified.GetProperty("cells").EnumerateArray().Select(cell => cell.GetProperty("agrees").GetBoolean()),
                Is.Not.Empty.And.All.True);
            Assert.That(verified.GetProperty("differences").GetArrayLength(), Is.Zero);
        }
    }

    [Test]
    public async Task The_page_of_a_difference_says_what_both_twins_did()
    {
        var after = Path.Combine(Document.Root, "features/hosts/fail2ban.snapshot");

        var ran = await Twin("reach", "--diff", Ufw, after, "--verify", "--format", "html");

        Assert.That(ran.Output, Does.Match("<p class=\"reason good\">Before: ([1-9][0-9]*) of \\1 answers verified by a twin"));
        Assert.That(ran.Output, Does.Match("<p class=\"reason good\">After: ([1-9][0-9]*) of \\1 answers verified by a twin"));
    }

    [Test]
    public async Task A_twin_stays_until_Enter_and_says_how_to_enter_it()
    {
        var ran = await Skipped(Specs.Fed("\n", "twin", Ufw));

        Assert.That(ran.ExitCode, Is.Zero, ran.Error);
        Assert.That(
            ran.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split("nsenter")[0].Trim()),
            Is.EqualTo((string[])["The twin is up; press Enter to take it down.", "host", "shop-web-1", "outside"]));
    }

    [GeneratedRegex("<td class=\"(no|untold)\">")]
    private static partial Regex SideThatLacks();

    [GeneratedRegex("<section class=\"leg\"")]
    private static partial Regex LegsOfPage();

    [GeneratedRegex(@"Linux \d[\d.]*")]
    private static partial Regex OfKernel();

    private static Task<Ran> Twin(params string[] arguments) => Skipped(Specs.Run(arguments));

    private static async Task<Ran> Skipped(Task<Ran> run)
    {
        var ran = await run;
        return ran.Error.Contains("cannot create private namespaces", StringComparison.Ordinal)
            ? throw Skip.Because(ran.Error)
            : ran;
    }
}
