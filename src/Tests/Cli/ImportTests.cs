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
            Assert.That(
                ran.Output,
                Does.StartWith(
                    "nft-trace: 2 packets in 42 lines.\n\npacket 1: icmp echo request 1, 198.51.100.2 → 192.0.2.2, lines 1 to 23, trace id "));
            Assert.That(
                ran.Output,
                Does.Contain("  9  iptables  filter     FORWARD      br0       eth0  198.51.100.2  192.0.2.2\n"));
            Assert.That(
                ran.Output,
                Does.EndWith(
                    "not seen again after ebtables nat POSTROUTING (it left by veth12ab)\nhop  chain    rule that matched\n  1  pre      rule: iifname \"eth0\" meta nftrace set 1 → continue\n  5  FORWARD  rule: oifname \"br0\" ct state related,established accept → accept\n"));
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

    /// <summary>A request that a rule may drop is either dropped or answered.</summary>
    [Test]
    public async Task Legs_agree_only_with_one_course_of_a_prediction_that_has_several()
    {
        using var folder = new TemporaryFolder();
        var predicted = (await Specs.Line("predict --from client --to wan --protocol icmp --json")).Output;
        var profile = folder.Write("trails.json", predicted.Replace(
            "\"-A FORWARD -j DOCKER-USER\",",
            "\"-A FORWARD -i lab -m recent --rcheck --name x --rsource -j DROP\",\"-A FORWARD -j DOCKER-USER\",",
            StringComparison.Ordinal));
        var lines = Text("nft-towan.txt").Split('\n').ToList();
        var accepted = lines.FindIndex(line => line.Contains(" ip filter FORWARD rule ", StringComparison.Ordinal));
        List<string> dropped =
        [
            .. lines[..accepted],
            lines[accepted].Split(" rule ")[0] + " rule iifname \"br0\" counter packets 1 bytes 84 drop (verdict drop)",
        ];
        var reply = lines[lines.FindIndex(line => line.Contains("iif \"eth0\"", StringComparison.Ordinal))..];

        var whole = await Read(string.Join('\n', lines), $"{ToWan} --profile {profile}");
        var cut = await Read(string.Join('\n', dropped) + "\n", $"{ToWan} --profile {profile}");
        var both = await Read(string.Join('\n', [.. dropped, .. reply]), $"{ToWan} --profile {profile}");

        Assert.That(whole.ExitCode, Is.Zero, whole.Output + whole.Error);
        Assert.That(cut.ExitCode, Is.Zero, cut.Output + cut.Error);
        Assert.That(both.ExitCode, Is.EqualTo(1), both.Output + both.Error);
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
            "\nInconclusive: the trace proves neither agreement nor divergence of 1 of 2 legs. The trace is cut or masked at line "));
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
                legs.Select(leg => leg.Evidence.Select(line => line.Hop).Distinct()),
                Is.EqualTo(legs.Select(leg => Enumerable.Range(1, leg.Observed!.Hops.Length))));
        }

        var summary = await Specs.Run("summary", file);
        Assert.That(summary.ExitCode, Is.Zero, summary.Error);
        Assert.That(summary.Output, Does.Contain("wan → host (tcp 8080)"));
    }

    [Test]
    public async Task Lines_of_dmesg_with_prefixes_of_one_s_own()
    {
        var fields =
            "IN=br0 OUT= PHYSIN=veth12ab MAC=02:00:00:00:00:02:02:00:00:00:00:01:08:00 SRC=198.51.100.2 DST=192.0.2.2 LEN=84 TOS=0x00 PREC=0x00 TTL=64 ID=7 DF PROTO=ICMP TYPE=8 CODE=0 ID=9 SEQ=1 ";
        var text = string.Concat(((string[])["P1 ", "iptables-mangle-PREROUTING "]).Select(
            prefix => $"[Tue Nov 24 15:55:32 2026] {prefix}{fields}\n"));
        var ran = await Specs.Fed(text, ["import", "-", "--prefix", "P1=iptables raw PREROUTING", .. ToWan.Split(' ')]);
        Assert.That(ran.ExitCode, Is.Zero, ran.Output + ran.Error);
        Assert.That(
            ran.Output, Does.Contain("not seen again after iptables mangle PREROUTING (then delivered to wan)"));
    }

    // Filter FORWARD of a published port, as DOCKER-USER is logged: the line shows the container, not the host.
    private static string Forwarded(string prefix, int id, string rest = "SYN URGP=0 ") =>
        $"[ 1.0] {prefix} IN=eth0 OUT=br0 MAC=02:00:00:00:00:02:02:00:00:00:00:01:08:00 SRC=192.0.2.2 DST=198.51.100.3 LEN=60 TOS=0x00 PREC=0x00 TTL=63 ID={id} DF PROTO=TCP SPT=40000 DPT=80 WINDOW=64240 RES=0x00 {rest}\n";

    private static string Echo(string prefix, string devices, string addresses, int type) =>
        $"[ 1.0] {prefix} {devices} {addresses} LEN=84 TOS=0x00 PREC=0x00 TTL=64 ID={40 + type} PROTO=ICMP TYPE={type} CODE=0 ID=9 SEQ=1 \n";

    private const string ToServer = Names + " --from wan --to host --protocol tcp --port 8080";

    [Test]
    public async Task Lines_from_behind_dnat_alone_are_held_against_that_part_of_the_prediction()
    {
        var ran = await Read(Forwarded("filter FORWARD", 1), ToServer);
        Assert.That(ran.ExitCode, Is.Zero, ran.Output + ran.Error);
        Assert.That(ran.Output, Does.Contain("iptables filter FORWARD").And.Contain("\n1 leg, as predicted.\n"));
        Assert.That(
            ran.Output, Does.Contain("No packet of the trace appears at ").And.Contain("iptables nat PREROUTING"));
        Assert.That(
            ran.Output, Does.Contain("Predicted but not in the trace, which proves nothing: reply, request 2,"));
    }

    [Test]
    public async Task Lines_from_behind_dnat_that_are_of_another_port_are_not_the_flow_s()
    {
        var ran = await Read(Forwarded("filter FORWARD", 1).Replace("DPT=80 ", "DPT=443 "), ToServer);
        Assert.That(ran.ExitCode, Is.EqualTo(2), ran.Output);
        Assert.That(ran.Error, Does.StartWith("specs: No packet of the trace is a request of wan → host (tcp 8080)"));
    }

    [Test]
    public async Task A_syn_that_is_sent_again_is_the_same_leg()
    {
        var ran = await Read(
            string.Concat(((int[])[1, 2, 3]).Select(id => Forwarded("filter FORWARD", id))), ToServer);
        Assert.That(ran.ExitCode, Is.Zero, ran.Output + ran.Error);
        Assert.That(ran.Output, Does.Contain("\n1 leg, as predicted.\n"));
        Assert.That(
            ran.Output,
            Does.Contain("The request was seen 3 times; the others, from line 2 on, are retransmissions.\n"));
    }

    [Test]
    public async Task A_syn_that_goes_another_way_when_it_is_sent_again_diverges()
    {
        var other = Forwarded("filter FORWARD", 2).Replace("OUT=br0", "OUT=eth0", StringComparison.Ordinal);
        var ran = await Read(Forwarded("filter FORWARD", 1) + other, ToServer);
        Assert.That(ran.ExitCode, Is.EqualTo(1), ran.Output + ran.Error);
        Assert.That(ran.Output, Does.Contain(
            "It came again at line 2, and then: First divergence at hop 1, iptables filter FORWARD: out is lab for the prediction, out is wan.nic for the observation."));
    }

    [Test]
    public async Task A_trace_that_begins_behind_the_request_shows_the_reply()
    {
        var text = Text("nft-dnat.txt");
        // The lines of the SYN end where those of the SYN-ACK begin.
        var begin = text.LastIndexOf('\n', text.IndexOf("tcp flags == 0x12", StringComparison.Ordinal)) + 1;
        var ran = await Read(text[begin..], ToServer);
        Assert.That(ran.ExitCode, Is.Zero, ran.Output + ran.Error);
        Assert.That(ran.Output, Does.Contain("\n5 legs, all as predicted.\n"));
        Assert.That(ran.Output, Does.Contain("Predicted but not in the trace, which proves nothing: request; "));
    }

    [Test]
    public async Task Whether_a_packet_went_on_is_not_known_where_the_trace_ends()
    {
        // The request was seen in FORWARD, so a reply that goes on is, too.
        var ran = await Read(
            Echo("raw PREROUTING", "IN=br0 OUT= PHYSIN=veth12ab", "SRC=198.51.100.2 DST=192.0.2.2", 8)
            + Echo("mangle FORWARD", "IN=br0 OUT=eth0 PHYSIN=veth12ab", "SRC=198.51.100.2 DST=192.0.2.2", 8)
            + Echo("raw PREROUTING", "IN=eth0 OUT=", "SRC=192.0.2.2 DST=192.0.2.1", 0),
            ToWan);
        Assert.That(ran.ExitCode, Is.EqualTo(1), ran.Output + ran.Error);
        Assert.That(ran.Output, Does.Contain("client → wan (icmp), request: as predicted.\n"));
        Assert.That(ran.Output, Does.Contain("client → wan (icmp), reply: The trace ends with this packet at "));
        Assert.That(ran.Output, Does.Contain(
            "\nInconclusive: the trace proves neither agreement nor divergence of 1 of 2 legs. The trace ends with"));
    }

    [Test]
    public async Task Whether_a_packet_came_by_before_is_not_known_where_the_trace_begins()
    {
        var lines = Text("nft-towan.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var first =
            Array.FindIndex(lines, line => line.Contains(" ip mangle PREROUTING packet", StringComparison.Ordinal));
        var ran = await Read(string.Join('\n', lines[first..]), ToWan);
        Assert.That(ran.ExitCode, Is.EqualTo(1), ran.Output + ran.Error);
        Assert.That(
            ran.Output,
            Does.Contain(
                "client → wan (icmp), request: The trace begins with this packet at iptables mangle PREROUTING, line 1, "));
        Assert.That(ran.Output, Does.Contain("client → wan (icmp), reply: as predicted.\n"));
    }

    [TestCase("systemd-journald[1]: Missed 14 kernel messages", "Lines are missing, so a hop may be: messages were lost at line ")]
    [TestCase("net_ratelimit: 3 callbacks suppressed", "Lines are missing, so a hop may be: messages were lost at line ")]
    public async Task A_hop_that_is_missing_proves_nothing_where_lines_are_lost(string loss, string says)
    {
        var lines = Text("nft-towan.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries).ToList();
        var lost = lines.FindIndex(line => line.Contains(" ip mangle FORWARD ", StringComparison.Ordinal));
        lines.RemoveAll(line => lines.IndexOf(line) >= lost && lines.IndexOf(line) < lost + 2);
        var without = await Read(string.Join('\n', lines), ToWan);
        Assert.That(without.Output, Does.Contain("1 of 2 legs diverged from the prediction.\n"));
        lines.Insert(lost, loss);
        var ran = await Read(string.Join('\n', lines), ToWan);
        Assert.That(ran.ExitCode, Is.EqualTo(1), ran.Output + ran.Error);
        Assert.That(ran.Output, Does.Contain($"client → wan (icmp), request: {says}"));
        Assert.That(ran.Output, Does.Contain("client → wan (icmp), reply: as predicted.\n"));
    }

    [Test]
    public async Task A_hop_that_is_not_predicted_diverges_even_where_lines_are_lost()
    {
        var ran = await Read(
            Text("nft-towan.txt") + "\nsystemd-journald[1]: Missed 14 kernel messages\n",
            ToWan + " --set bridge-nf-call-iptables=0 --leg request");
        Assert.That(ran.ExitCode, Is.EqualTo(1), ran.Error);
        Assert.That(ran.Output, Does.Contain("1 of 1 leg diverged from the prediction.\n"));
    }

    [Test]
    public async Task A_block_of_ufw_is_a_drop_where_the_prediction_lets_pass()
    {
        var ran = await Read(Forwarded("[UFW BLOCK]", 1), ToServer + " --format ufw");
        Assert.That(ran.ExitCode, Is.EqualTo(1), ran.Output + ran.Error);
        Assert.That(ran.Output, Does.StartWith("ufw: 1 packet in 1 line.\n"));
        Assert.That(ran.Output, Does.Contain("dropped at iptables filter FORWARD ([UFW BLOCK])"));
        Assert.That(ran.Output, Does.Contain("1 of 1 leg diverged from the prediction.\n"));
    }

    [Test]
    public async Task Rules_that_log_some_packets_say_nothing_of_others()
    {
        // The audit logs the SYN in FORWARD, and the block another packet in INPUT: no silence there counts.
        var other = Forwarded("[UFW BLOCK]", 7).Replace("OUT=br0", "OUT=", StringComparison.Ordinal)
            .Replace("198.51.100.3", "192.0.2.1", StringComparison.Ordinal);
        var ran = await Read(
            Forwarded("[UFW AUDIT]", 1) + other.Replace("DPT=80 ", "DPT=23 "), ToServer + " --format ufw");
        Assert.That(ran.ExitCode, Is.Zero, ran.Output + ran.Error);
        Assert.That(ran.Output, Does.Contain("\n1 leg, as predicted.\n"));
    }

    [Test]
    public async Task The_rules_that_matched_are_shown_and_kept()
    {
        using var folder = new TemporaryFolder();
        var text = await Fed("xt-dnat.txt", ToServer[Names.Length..].Insert(0, Names));
        Assert.That(text.Output, Does.Contain("\nhop  chain       rule that matched\n"));
        Assert.That(text.Output, Does.Contain(
            "DOCKER      rule, handle 0x8: -4 -t nat -A DOCKER ! -i br0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 198.51.100.3:80 → ACCEPT\n"));
        var ran = await Fed("xt-dnat.txt", ToServer + " --json");
        var file = folder.Write("trails.json", ran.Output);
        using var stream = File.OpenRead(file);
        var request = TrailsJson.Read(stream, file).Legs[0];
        Assert.That(
            request.Evidence.Select(line => (line.Hop, line.Line)),
            Has.Some.EqualTo(
                (
                    3,
                    "TRACE: 2 17f77d1d nat:DOCKER:rule:0x8:ACCEPT  -4 -t nat -A DOCKER ! -i br0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 198.51.100.3:80")));
    }

    [Test]
    public async Task A_masked_line_is_said_by_its_number()
    {
        var ran = await Read(
            Forwarded("filter FORWARD", 1) + Forwarded("mangle FORWARD", 1).Replace(
                "192.0.2.2", "x.x.x.x", StringComparison.Ordinal),
            "");
        Assert.That(ran.ExitCode, Is.Zero, ran.Error);
        Assert.That(ran.Output, Does.Contain("The trace is cut or masked at line 2 (\""));
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
    [TestCase("no-such.txt --as smoke", "Unknown format \"smoke\"; the formats are nft-trace, xtables-trace, dmesg, ufw, firewalld, shorewall.")]
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

    private static Task<Ran> Fed(string file, string line) => Read(Text(file), line);

    private static Task<Ran> Read(string text, string line) =>
        Specs.Fed(text, ["import", "-", .. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

    private static string Text(string file)
    {
        using var stream = typeof(ImportTests).Assembly.GetManifestResourceStream(file)!;
        return new StreamReader(stream).ReadToEnd();
    }
}
