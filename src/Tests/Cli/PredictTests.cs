using System.Text;
using Hooktrail.Model;
using Hooktrail.Records;
using Hooktrail.Report;

namespace Hooktrail.Tests.Cli;

[TestFixture]
public class PredictTests
{
    private static readonly Flow Ping = new(Endpoint.Client, Endpoint.Server, Protocol.Icmp);

    [Test]
    public async Task It_prints_the_first_request_unless_told_otherwise()
    {
        var ran = await Specs.Line("predict --from client --to server --protocol icmp");
        Assert.Multiple(() =>
        {
            Assert.That(ran.ExitCode, Is.Zero);
            Assert.That(ran.Error, Is.Empty);
            Assert.That(
                ran.Output,
                Is.EqualTo("client → server (icmp), request\n\n"
                    + TrailText.Of(Prediction.Of(HostProfile.Default, Ping, Leg.Request))));
        });
    }

    [Test]
    public async Task Every_option_reaches_the_model()
    {
        var ran = await Specs.Line(
            "predict --from client --to wan --protocol icmp --leg reply --packet 2 --kernel 5.4 --iptables legacy --ebtables legacy --set bridge-nf-call-iptables=0 --set broute=0 --json");

        var profile = HostProfile.Default with
        {
            Kernel = new(5, 4),
            Iptables = Backend.Legacy,
            Ebtables = Backend.Legacy,
            BridgeNfCallIptables = false,
            Broute = false,
        };
        var (flow, leg) = (Ping with { To = Endpoint.Wan }, new Leg(Direction.Reply, 2));
        Assert.That(
            TrailsJson.Read(new MemoryStream(Encoding.UTF8.GetBytes(ran.Output)), "output"),
            Is.EqualTo(new TrailsFile(profile, [new(flow, leg, Prediction.Of(profile, flow, leg), null)])));
    }

    [TestCase("28.3", "Docker 28.3 has the rules of Docker 28.2.")]
    [TestCase("30", "Docker 30 is not known to Hooktrail, so the rules are those of Docker 29, the nearest older release that is.")]
    public async Task It_says_whose_rules_another_version_of_Docker_has(string version, string sentence)
    {
        var line = $"predict --from wan --to client --protocol tcp --docker {version}";
        var (table, json) = (await Specs.Line(line), await Specs.Line(line + " --json"));

        Assert.Multiple(() =>
        {
            Assert.That(table.Output, Does.StartWith(sentence + "\nwan → client (tcp 80), request\n"));
            Assert.That(table.Error, Is.Empty);
            Assert.That(json.Output, Does.StartWith("{"));
            Assert.That(json.Error, Is.EqualTo(sentence + "\n"));
        });
    }

    [Test]
    public async Task A_release_that_names_its_rules_is_answered_without_a_word() =>
        Assert.That(
            (await Specs.Line("predict --from wan --to client --protocol tcp --docker 29")).Output,
            Does.StartWith("wan → client"));

    [Test]
    public async Task Of_a_switch_set_twice_the_last_holds()
    {
        var ran = await Specs.Line(
            "predict --from client --to server --protocol icmp --set broute=0 --set broute=1");
        Assert.That(ran.Output, Does.Contain("BROUTING"));
    }

    [Test]
    public async Task What_it_prints_as_json_can_be_summarised()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write(
            "trails.json", (await Specs.Line("predict --from host --to client --protocol icmp --json")).Output);

        var ran = await Specs.Run("summary", file);

        Assert.Multiple(() =>
        {
            Assert.That(ran.ExitCode, Is.Zero);
            Assert.That(ran.Output, Does.StartWith("# Hooktrail\n\n**1 leg: 1 predicted only.**"));
            Assert.That(ran.Output, Does.Contain("host → client"));
        });
    }

    [Test]
    public async Task Several_files_are_headed_by_their_paths()
    {
        using var folder = new TemporaryFolder();
        var json = (await Specs.Line("predict --from host --to client --protocol icmp --json")).Output;
        var (one, other) = (folder.Write("one.json", json), folder.Write("other.json", json));

        var headings = (await Specs.Run("summary", one, other)).Output
            .Split('\n').Where(line => line.StartsWith("# ", StringComparison.Ordinal));

        Assert.That(headings, Is.EqualTo(new[] { $"# Hooktrail: {one}", $"# Hooktrail: {other}" }));
    }
}
