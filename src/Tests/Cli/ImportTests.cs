using Hooktrail.Records;

namespace Hooktrail.Tests.Cli;

[TestFixture]
public class ImportTests
{
    private const string Names =
        "--name 198.51.100.1=lab.gateway --name 198.51.100.2=client --name 198.51.100.3=server --name 192.0.2.1=host.wan --name 192.0.2.2=wan "
        + "--name veth12ab=client.port --name veth34cd=server.port --name br0=lab --name eth0=wan.nic";

    private const string ToWan = Names + " --from client --to wan --protocol icmp";

    [Test]
    public async Task Each_packet_s_trail_is_printed_as_the_trace_has_it()
    {
        var ran = await Fed("nft-towan.txt", "");
        Assert.Multiple(() =>
        {
            Assert.That(ran.ExitCode, Is.Zero, ran.Error);
            Assert.That(ran.Output, Does.StartWith("nft-trace: 2 packets in 42 lines.\n\npacket 1: icmp echo request 1, 198.51.100.2 → 192.0.2.2, lines 1 to 22, trace id "));
            Assert.That(
                ran.Output,
                Does.Contain("  9  iptables  filter  FORWARD      br0       eth0  198.51.100.2  192.0.2.2\n"));
            Assert.That(
                ran.Output, Does.EndWith("not seen again after ebtables nat POSTROUTING (it left by veth12ab)\n"));
        });
    }

    [TestCase("nft-towan.txt", ToWan)]
    [TestCase("xt-towan.txt", ToWan)]
    [TestCase("nft-bridge.txt", Names + " --from client --to server --protocol icmp")]
    [TestCase("nft-dnat.txt", Names + " --from wan --to host --protocol tcp --port 8080")]
    [TestCase("xt-dnat.txt", Names + " --from wan --to host --protocol tcp --port 8080")]
    [TestCase("nft-drop.txt", Names + " --from wan --to server --protocol icmp")]
    [TestCase("xt-drop.txt", Names + " --from wan --to server --protocol icmp")]
    public async Task A_flow_is_held_against_the_prediction(string file, string line)
    {
        var ran = await Fed(file, line);
        Assert.Multiple(() =>
        {
            Assert.That(ran.ExitCode, Is.Zero, ran.Output + ran.Error);
            Assert.That(ran.Output, Does.Contain(" as predicted.\n").And.Not.Contain("diverge"));
            Assert.That(ran.Output, file.EndsWith("drop.txt", StringComparison.Ordinal)
                ? Does.Contain("dropped at")
                : Does.Contain("No packet of the trace appears at ebtables broute BROUTING, "));
        });
    }

    [Test]
    public async Task The_first_divergence_is_marked_and_the_exit_code_is_1()
    {
        var ran = await Fed("nft-towan.txt", ToWan + " --set bridge-nf-call-iptables=0 --leg request");
        Assert.Multiple(() =>
        {
            Assert.That(ran.ExitCode, Is.EqualTo(1), ran.Error);
            Assert.That(ran.Output, Does.Contain("client → wan (icmp), request: First divergence at hop 2, "));
            Assert.That(ran.Output, Does.Contain("\n>    2  "));
            Assert.That(ran.Output, Does.Contain("1 of 1 leg diverged from the prediction.\n"));
        });
    }

    [Test]
    public async Task What_would_explain_it_is_said_on_request()
    {
        var ran = await Fed("nft-towan.txt", ToWan + " --set bridge-nf-call-iptables=0 --explain");
        Assert.That(ran.ExitCode, Is.EqualTo(1), ran.Error);
        Assert.That(
            ran.Output,
            Does.Contain("\nChanges that would explain it, smallest first:\n  1  bridge-nf-call-iptables=1\n"));
    }

    [Test]
    public async Task What_no_packet_is_seen_at_counts_where_it_was_traced()
    {
        var ran = await Fed("nft-towan.txt", ToWan + " --everywhere --leg reply");
        Assert.That(ran.ExitCode, Is.EqualTo(1), ran.Error);
        Assert.That(
            ran.Output,
            Does.Contain("First divergence at hop 5, iptables security FORWARD: the prediction crosses it"));
    }

    [Test]
    public async Task A_cut_line_proves_nothing()
    {
        var text = Text("nft-towan.txt");
        var ran = await Specs.Fed(
            text[..text.LastIndexOf(" ip ttl", StringComparison.Ordinal)], ["import", "-", .. ToWan.Split(' ')]);
        Assert.That(ran.ExitCode, Is.EqualTo(1), ran.Error);
        Assert.That(ran.Output, Does.Contain(
            "Inconclusive: a line of the trace was cut off. This proves neither agreement nor divergence.\n"));
    }

    [Test]
    public async Task Its_trails_json_is_read_by_the_other_verbs()
    {
        using var folder = new TemporaryFolder();
        var ran = await Fed("nft-dnat.txt", Names + " --from wan --to host --protocol tcp --port 8080 --json");
        Assert.That(ran.ExitCode, Is.Zero, ran.Error);
        Assert.That(ran.Error, Does.Contain("6 legs, all as predicted.\n"));
        var file = folder.Write("trails.json", ran.Output);
        using (var stream = File.OpenRead(file))
        {
            var legs = TrailsJson.Read(stream, file).Legs;
            Assert.That(legs.Select(leg => leg.Verdict), Is.All.EqualTo(LegVerdict.Agreed));
            Assert.That(
                legs.Select(leg => leg.Evidence.Length), Is.EqualTo(legs.Select(leg => leg.Observed!.Hops.Length)));
        }

        var summary = await Specs.Run("summary", file);
        Assert.That(summary.ExitCode, Is.Zero, summary.Error);
        Assert.That(summary.Output, Does.Contain("wan → host (tcp 8080)"));
    }

    [Test]
    public async Task Lines_of_dmesg_with_prefixes_of_one_s_own()
    {
        var fields = "IN=br0 OUT= PHYSIN=veth12ab MAC=02:00:00:00:00:02:02:00:00:00:00:01:08:00 SRC=198.51.100.2 DST=192.0.2.2 LEN=84 TOS=0x00 PREC=0x00 TTL=64 ID=7 DF PROTO=ICMP TYPE=8 CODE=0 ID=9 SEQ=1 ";
        var text = string.Concat(((string[])["P1 ", "iptables-mangle-PREROUTING "]).Select(
            prefix => $"[Tue Nov 24 15:55:32 2026] {prefix}{fields}\n"));
        var ran = await Specs.Fed(text, ["import", "-", "--prefix", "P1=iptables raw PREROUTING", .. ToWan.Split(' ')]);
        Assert.That(ran.ExitCode, Is.Zero, ran.Output + ran.Error);
        Assert.That(
            ran.Output, Does.Contain("not seen again after iptables mangle PREROUTING (then delivered to wan)"));
    }

    [TestCase("", "Standard input is empty; use the output of nft monitor trace or xtables-monitor --trace")]
    [TestCase("hello", "Standard input is not a trace: no line can be used, first line 1 (\"hello\")")]
    public async Task What_is_no_trace_is_refused(string text, string says)
    {
        var ran = await Specs.Fed(text, "import", "-");
        Assert.That((ran.ExitCode, ran.Output), Is.EqualTo((2, "")));
        Assert.That(ran.Error, Does.StartWith($"specs: {says}"));
    }

    [TestCase("no-such.txt", "\"no-such.txt\" cannot be read: there is no such file; name a trace, or use - for standard input.")]
    [TestCase("/", "\"/\" cannot be read: it is a directory")]
    [TestCase("no-such.txt --as smoke", "Unknown format \"smoke\"; the formats are nft-trace, xtables-trace, dmesg.")]
    [TestCase("no-such.txt --json", "--json needs a flow; give --from, --to and --protocol")]
    [TestCase("no-such.txt --from client", "A flow needs --from, --to and --protocol; give all three")]
    [TestCase("no-such.txt --leg reply", "A flow needs --from, --to and --protocol")]
    [TestCase("no-such.txt --name client", "\"client\" is not a name")]
    [TestCase("no-such.txt --prefix P1", "\"P1\" is not a prefix with its hook point")]
    [TestCase("no-such.txt --from client --to nobody --protocol icmp", "Unknown endpoint \"nobody\"")]
    [TestCase("no-such.txt --from client --to everyone --protocol udp --port 67", "\"no-such.txt\" cannot be read")]
    public async Task A_mistake_is_said_in_one_sentence(string line, string says)
    {
        var ran = await Specs.Line($"import {line}");
        Assert.That((ran.ExitCode, ran.Output), Is.EqualTo((2, "")), ran.Error);
        Assert.That(ran.Error, Does.StartWith($"specs: {says}"));
    }

    private static Task<Ran> Fed(string file, string line) =>
        Specs.Fed(Text(file), ["import", "-", .. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

    private static string Text(string file)
    {
        using var stream = typeof(ImportTests).Assembly.GetManifestResourceStream(file)!;
        return new StreamReader(stream).ReadToEnd();
    }
}
