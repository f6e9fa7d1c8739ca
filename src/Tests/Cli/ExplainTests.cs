using Hooktrail.Model;
using Hooktrail.Records;

namespace Hooktrail.Tests.Cli;

[TestFixture]
public class ExplainTests
{
    private static readonly Flow ToWan = new(Endpoint.Client, Endpoint.Wan, Protocol.Icmp);
    private static readonly HostProfile Old = HostProfile.Default with { Kernel = new(5, 4) };

    [Test]
    public async Task It_names_the_change_and_where_the_trails_part()
    {
        using var folder = new TemporaryFolder();
        var ran = await Specs.Run("explain", Write(folder, Record(ToWan, Old)));
        Assert.Multiple(() =>
        {
            Assert.That(ran.ExitCode, Is.Zero, ran.Error);
            Assert.That(ran.Error, Is.Empty);
            Assert.That(
                ran.Output, Does.StartWith("client → wan (icmp), request, reply\nrequest: First divergence at hop "));
            Assert.That(
                ran.Output, Does.EndWith("Changes that would explain it, smallest first:\n  1  kernel 5.4\n\n"));
        });
    }

    [Test]
    public async Task The_host_is_the_files_with_what_the_line_changes()
    {
        using var folder = new TemporaryFolder();
        var file = Write(folder, Record(ToWan, Old));
        Assert.That(
            (await Specs.Run("explain", file, "--kernel", "5.4")).Output,
            Does.Contain("as predicted; nothing to explain"));
        Assert.That(
            (await Specs.Run("explain", file, "--kernel", "5.4", "--set", "ip_forward=0")).Output,
            Does.Contain("  1  ip_forward=1\n"));
        Assert.That(
            (await Specs.Run("explain", file, "--kernel", "5.4", "--docker", "none", "--set", "conntrack=0")).Output,
            Does.Contain("  the rules of Docker 20.10"));
    }

    [Test]
    public async Task Another_files_host_is_taken_where_that_is_said()
    {
        using var folder = new TemporaryFolder();
        var other = folder.Write(
            "other.json",
            (await Specs.Line("predict --from client --to wan --protocol icmp --kernel 5.4 --json")).Output);
        var ran = await Specs.Run("explain", Write(folder, Record(ToWan, Old)), "--profile", other);
        Assert.That(ran.Output, Does.Contain("as predicted"));
    }

    [Test]
    public async Task One_leg_is_explained_by_itself_where_that_is_asked_for()
    {
        using var folder = new TemporaryFolder();
        var file = Write(folder, Record(ToWan, Old));
        var (reply, none) = (
            await Specs.Run("explain", file, "--leg", "reply"),
            await Specs.Run("explain", file, "--leg", "reply", "--packet", "7"));
        Assert.Multiple(() =>
        {
            Assert.That(reply.Output, Does.StartWith("client → wan (icmp), reply\n"));
            Assert.That(none.ExitCode, Is.EqualTo(2));
            Assert.That(
                none.Error,
                Does.EndWith("has no observed leg that matches --leg and --packet; it has request, reply.\n"));
        });
    }

    [Test]
    public async Task What_nothing_explains_is_said_so_with_exit_code_1()
    {
        using var folder = new TemporaryFolder();
        var trail = Prediction.Of(HostProfile.Default, ToWan, Leg.Request);
        var ran = await Specs.Run(
            "explain",
            Write(folder, [new(ToWan, Leg.Request, trail, trail with { Hops = [.. trail.Hops.Reverse()] })]));
        Assert.Multiple(() =>
        {
            Assert.That(ran.ExitCode, Is.EqualTo(1), ran.Error);
            Assert.That(ran.Output, Does.Contain("No change explains it"));
        });
    }

    [Test]
    public async Task Of_many_flows_those_that_are_as_predicted_are_counted()
    {
        using var folder = new TemporaryFolder();
        var toServer = ToWan with { To = Endpoint.Server };
        var ran = await Specs.Run(
            "explain", Write(folder, [.. Record(ToWan, Old), .. Record(toServer, HostProfile.Default)]));
        Assert.Multiple(() =>
        {
            Assert.That(ran.ExitCode, Is.Zero);
            Assert.That(ran.Output, Does.Not.Contain("client → server"));
            Assert.That(ran.Output, Does.EndWith("2 flows: 1 as predicted, 1 explained, 0 not explained.\n"));
        });
    }

    [Test]
    public async Task A_leg_that_was_looked_for_in_vain_has_to_be_explained()
    {
        using var folder = new TemporaryFolder();
        var legs = Record(ToWan, HostProfile.Default with { IpForward = false });
        var reply = new LegRecord(ToWan, Leg.Reply, Prediction.Of(HostProfile.Default, ToWan, Leg.Reply), null)
        {
            Verdict = LegVerdict.Disagreed
        };
        var ran = await Specs.Run("explain", Write(folder, [.. legs, reply]));
        Assert.That(ran.Output, Does.Contain("  1  ip_forward=0\n"));
    }

    [Test]
    public async Task A_prediction_is_no_observation()
    {
        var json = (await Specs.Line("predict --from client --to wan --protocol icmp --json")).Output;
        var (ran, not, cut) = (
            await Specs.Fed(json, "explain", "-"),
            await Specs.Fed("no JSON", "explain", "-"),
            await Specs.Fed(json[..100], "explain", "-"));
        Assert.Multiple(() =>
        {
            Assert.That(
                (ran.ExitCode, ran.Error),
                Is.EqualTo(
                    (
                        2,
                        "specs: Standard input has no observed trail; use a file written by observe --json, conform or a run.\n")));
            Assert.That(not.ExitCode, Is.EqualTo(2));
            Assert.That(not.Error, Does.StartWith("specs: standard input is not JSON: the mistake is at line 1"));
            Assert.That(cut.ExitCode, Is.EqualTo(2));
        });
    }

    // What a run would write that assumed the default host.
    private static LegRecord[] Record(Flow flow, HostProfile actual) =>
        [.. Prediction.Legs(actual, flow).Select(leg => new LegRecord(flow, leg.Leg, null, leg.Trail))];

    private static string Write(TemporaryFolder folder, LegRecord[] legs)
    {
        var stream = new MemoryStream();
        TrailsJson.Write(stream, new(HostProfile.Default, [.. legs]));
        return folder.Write("trails.json", System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }
}
