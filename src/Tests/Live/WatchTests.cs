using Hooktrail.Live;
using Hooktrail.Observation.Watching;

namespace Hooktrail.Tests.Live;

/// <summary>Real packets of a running host, each beside its prediction.</summary>
[TestFixture]
[CancelAfter(300_000)]
internal sealed class WatchTests
{
    private const string Published = "192.0.2.1:8443";

    private PrivateHost _host = null!;

    [OneTimeSetUp]
    public void Start() => _host = PrivateHost.Start();

    [OneTimeTearDown]
    public void End() => _host?.Dispose();

    [TestCase("203.0.113.7", "192.0.2.1", "192.0.2.1:8443", "172.18.0.2:443")]
    [TestCase("2001:db8:ffff::7", "2001:db8:1::1", "[2001:db8:1::1]:8443", "[2001:db8:2::2]:443")]
    public async Task A_connection_through_NAT_goes_as_predicted_rule_by_rule(
        string from, string address, string published, string container)
    {
        var seen = await WatchedAsync(published, () => _host.Connect(from, address, 8443));

        Assert.That(seen.Packets.Where(packet => packet.Agrees != true).Select(packet => packet.Says), Is.Empty);
        Assert.That(seen.Packets.Count(packet => packet.Packet.IsRequest), Is.GreaterThanOrEqualTo(3));
        Assert.That(seen.Packets.Count(packet => !packet.Packet.IsRequest), Is.GreaterThanOrEqualTo(2));
        var syn = seen.Packets[0].Seen;
        Assert.That(syn.Hops[^1].Destination, Is.EqualTo(container));
        Assert.That(
            syn.Rules.Select(rule => $"{rule.Chain} {rule.Number}"),
            Is.EqualTo((string[])["PREROUTING 1", "FORWARD 1", "USER 1", "FORWARD 3"]));
        Assert.That(seen.Seen, Is.EqualTo(seen.Traced));
    }

    [Test]
    public async Task A_rule_that_came_after_the_watch_began_is_the_first_difference()
    {
        var seen = await WatchedAsync(
            Published,
            () =>
            {
                _host.Run("iptables-nft -I USER -s 203.0.113.7 -j DROP");
                _host.TryRun("o perl -e \"$connect\" 203.0.113.7 192.0.2.1 8443");
                _host.Run("iptables-nft -D USER -s 203.0.113.7 -j DROP");
            });

        var syn = seen.Packets[0];
        Assert.That(syn.Agrees, Is.False);
        Assert.That(syn.Seen.Hops[syn.PartsAt!.Value - 1].Point, Is.EqualTo(new HookPoint(Layer.Iptables, "filter", "FORWARD")));
        Assert.That(syn.Says, Does.Contain("rule 1: -A USER -j RETURN (return) is predicted").And.Contain("(drop) matched"));
    }

    [TestCase("203.0.113.7", "192.0.2.1", "192.0.2.1:9")]
    [TestCase("2001:db8:ffff::7", "2001:db8:1::1", "[2001:db8:1::1]:9")]
    public async Task What_the_rules_drop_is_seen_up_to_the_rule(string from, string address, string to)
    {
        var seen = await WatchedAsync(
            to, () => _host.Run($"o perl -e \"$datagrams\" {from} {address} 9 1"), Protocol.Udp);

        Assert.That(seen.Packets, Has.Length.EqualTo(1));
        Assert.That(seen.Packets[0].Agrees, Is.True, seen.Packets[0].Says);
        Assert.That(seen.Packets[0].Seen.Rules.Select(rule => rule.Chain), Is.EqualTo((string[])["INPUT"]));
    }

    [TestCase("172.18.0.2", "192.0.2.2")]
    [TestCase("2001:db8:2::2", "2001:db8:1::2")]
    public async Task What_a_container_sends_is_followed_through_bridge_and_masquerading(string from, string to)
    {
        var seen = await WatchedAsync(
            null, () => _host.Run($"c perl -e \"$connect\" {from} {to} 80"), from: $"{from}@vethc");

        Assert.That(seen.Packets, Is.Not.Empty);
        Assert.That(seen.Packets.Select(packet => packet.Agrees), Has.All.True, seen.Packets[0].Says);
        Assert.That(seen.Packets[0].Seen.Hops[0].In, Is.EqualTo("vethc"));
        Assert.That(seen.Packets[0].Seen.Rules[^1].Text, Does.Contain("-j MASQUERADE"));
    }

    /// <summary>The entry of conntrack has NAT and mark of the time when the connection began.</summary>
    [TestCase("203.0.113.7", "192.0.2.1", "192.0.2.1:8443", "172.18.0.2:443", "iptables")]
    [TestCase("2001:db8:ffff::7", "2001:db8:1::1", "[2001:db8:1::1]:8443", "[2001:db8:2::2]:443", "ip6tables")]
    public async Task A_connection_that_began_before_the_watch_keeps_its_NAT_and_its_mark(
        string from, string address, string published, string container, string tool)
    {
        NeedConnections();
        var elsewhere = container.Replace(":443", ":444");
        string[] dnat = ["-t nat", $"PREROUTING -d {address} -p tcp --dport 8443 -j DNAT --to-destination"];
        _host.Run($"{tool}-nft -t mangle -A PREROUTING -d {address} -p tcp -j CONNMARK --set-mark 5");
        _host.Run($"coproc older {{ o perl -e \"$later\" {from} {address} 8443; }}; read -r said <&\"${{older[0]}}\"; [ \"$said\" = open ]");
        try
        {
            _host.Run($"{tool}-nft -t mangle -F PREROUTING");
            _host.Run($"{tool}-nft {dnat[0]} -R {dnat[1].Replace("PREROUTING", "PREROUTING 1")} {elsewhere}");
            _host.Run($"{tool}-nft -I USER -m connmark --mark 5 -j RETURN");

            var seen = await WatchedAsync(published, () => _host.Run(
                "echo >&\"${older[1]}\"; read -r said <&\"${older[0]}\"; wait $older_PID; [ \"$said\" = closed ]"));

            Assert.That(seen.Packets.Where(packet => packet.Agrees != true).Select(packet => packet.Says), Is.Empty);
            Assert.That(seen.Packets.Count(packet => !packet.Packet.IsRequest), Is.Positive);
            var data = seen.Packets[0].Predicted!;
            Assert.That(data.Hops[^1].Destination, Is.EqualTo(container));
            Assert.That(data.Rules.Select(rule => $"{rule.Chain} {rule.Number}"), Does.Contain("USER 1"));
            // Of the answers alone, too: the entry says what was asked.
            var judge = new WatchJudge(seen.Host);
            var answers = seen.Packets.Select(packet => packet.Packet).Where(packet => !packet.IsRequest).ToList();
            Assert.That(answers.Select(judge.Of).Select(answer => answer.Agrees), Has.All.True);
        }
        finally
        {
            _host.TryRun("kill $older_PID");
            _host.Run($"{tool}-nft {dnat[0]} -R {dnat[1].Replace("PREROUTING", "PREROUTING 1")} {container}");
            _host.TryRun($"{tool}-nft -D USER -m connmark --mark 5 -j RETURN");
        }
    }

    [Test]
    public async Task Other_packets_are_not_traced()
    {
        var seen = await WatchedAsync(
            "192.0.2.1:8444", () => _host.Connect("203.0.113.7", "192.0.2.1", 8443));

        Assert.That(seen.Packets, Is.Empty);
        Assert.That(seen.Seen, Is.Zero);
    }

    [Test]
    public async Task A_limit_in_the_rule_keeps_the_rate_low_and_the_rest_is_counted()
    {
        var seen = await WatchedAsync(
            "192.0.2.1:9", () => _host.Run("o perl -e \"$datagrams\" 203.0.113.7 192.0.2.1 9 200"), Protocol.Udp, rate: 5);

        Assert.That(seen.Packets.Length, Is.InRange(1, 20));
        Assert.That(seen.Packets.Select(packet => packet.Agrees), Has.All.True);
        Assert.That(seen.Seen, Is.EqualTo(200));
        Assert.That(seen.Traced, Is.EqualTo(seen.Packets.Length));
    }

    [Test]
    public async Task Records_that_a_stopped_reader_loses_make_no_difference_of_a_packet()
    {
        var host = await LiveHost.ReadAsync(_host.ProcessId);
        await using var watch = await LiveWatch.StartAsync(
            host, WatchedFlow.Of(host.Profile, "192.0.2.1:9", null, Protocol.Udp), rate: 1_000_000);
        _host.Run($"kill -STOP {watch.ReaderId}");
        _host.Run("o perl -e \"$datagrams\" 203.0.113.7 192.0.2.1 9 60000");
        _host.Run($"kill -CONT {watch.ReaderId}");

        var judged = await JudgedAsync(host, watch);

        Assert.That(watch.Losses, Is.Positive);
        Assert.That(judged.Select(packet => packet.Agrees), Has.None.False);
        Assert.That(judged.Count(packet => packet.Agrees is null), Is.Positive);
    }

    [Test]
    public async Task Records_that_a_small_buffer_loses_make_no_difference_of_a_packet()
    {
        var host = await LiveHost.ReadAsync(_host.ProcessId);
        await using var watch = await LiveWatch.StartAsync(
            host, WatchedFlow.Of(host.Profile, Published, null, Protocol.Tcp), rate: 200);
        _host.ShrinkBuffer(watch.ReaderId);
        _host.Connect("203.0.113.7", "192.0.2.1", 8443);

        var judged = await JudgedAsync(host, watch);

        Assert.That(watch.Losses, Is.Positive);
        Assert.That(judged.Select(packet => packet.Agrees), Has.None.False);
    }

    [Test]
    public async Task A_flood_beside_the_flow_that_fills_the_buffer_makes_no_difference_of_a_packet()
    {
        using var flood = new Flood(_host);
        var host = await LiveHost.ReadAsync(_host.ProcessId);
        await using var watch = await LiveWatch.StartAsync(
            host, WatchedFlow.Of(host.Profile, Published, null, Protocol.Tcp), rate: 200);
        _host.Run($"kill -STOP {watch.ReaderId}");
        flood.Send();
        _host.Connect("203.0.113.7", "192.0.2.1", 8443);
        _host.Run($"kill -CONT {watch.ReaderId}");

        var judged = await JudgedAsync(host, watch);

        Assert.That(watch.Losses, Is.Positive);
        Assert.That(judged.Select(packet => packet.Agrees), Has.None.False.And.None.True);
    }

    [Test]
    public async Task A_flood_beside_the_flow_that_is_read_in_time_changes_nothing()
    {
        using var flood = new Flood(_host);

        var seen = await WatchedAsync(Published, () =>
        {
            flood.Send(count: 200);
            _host.Connect("203.0.113.7", "192.0.2.1", 8443);
        });

        Assert.That(seen.Packets, Has.Length.GreaterThanOrEqualTo(5));
        Assert.That(seen.Packets.Where(packet => packet.Agrees != true).Select(packet => packet.Says), Is.Empty);
    }

    [Test]
    public async Task Nothing_is_left_and_nothing_else_changes()
    {
        var before = _host.Run("nft list ruleset");

        await WatchedAsync(Published, () => Assert.That(_host.Run("nft list tables"), Does.Contain("hooktrail-")));

        Assert.That(_host.Run("nft list ruleset"), Is.EqualTo(before));
    }

    [Test]
    public async Task A_watch_of_nothing_is_refused()
    {
        var host = await LiveHost.ReadAsync(_host.ProcessId);

        Assert.That(
            () => WatchedFlow.Of(host.Profile, null, "internet", Protocol.Tcp),
            Throws.TypeOf<HooktrailException>().With.Message.Contains("name its receiver with --to"));
    }

    private void NeedConnections()
    {
        if (_host.TryRun("cat /proc/net/nf_conntrack").Code != 0 && _host.TryRun("conntrack -L").Code != 0)
            throw Skip.Because("It needs a kernel that lists its connections, or the tool conntrack.");
    }

    private async Task<(JudgedPacket[] Packets, long Seen, long Traced, LiveHost Host)> WatchedAsync(
        string? to, Action traffic, Protocol protocol = Protocol.Tcp, string? from = null, int rate = 200)
    {
        var host = await LiveHost.ReadAsync(_host.ProcessId);
        await using var watch = await LiveWatch.StartAsync(
            host, WatchedFlow.Of(host.Profile, to, from, protocol), rate);
        traffic();
        var judged = await JudgedAsync(host, watch);
        var (seen, traced) = await watch.CountAsync();
        return (judged, seen, traced, host);
    }

    // All that was recorded before the end.
    private static async Task<JudgedPacket[]> JudgedAsync(LiveHost host, LiveWatch watch)
    {
        var judge = new WatchJudge(host);
        var packets = new List<WatchedPacket>();
        await foreach (var packet in watch.PacketsAsync(new(canceled: true)))
            packets.Add(packet);
        return [.. packets.Select(judge.Of)];
    }
}
