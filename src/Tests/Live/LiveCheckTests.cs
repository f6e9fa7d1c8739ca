using Hooktrail.Live;
using Hooktrail.Questions;

namespace Hooktrail.Tests.Live;

/// <summary>The packets of questions, sent on a running host.</summary>
[TestFixture]
[CancelAfter(300_000)]
internal sealed class LiveCheckTests
{
    private const string Stranger = "198.51.100.7", Published = "192.0.2.1:8443";

    private PrivateHost _host = null!;

    [OneTimeSetUp]
    public void Start() => _host = PrivateHost.Start();

    [OneTimeTearDown]
    public void End() => _host?.Dispose();

    [TestCase("192.0.2.2:80", Protocol.Tcp)]
    [TestCase("192.0.2.2:81", Protocol.Tcp)]
    [TestCase("192.0.2.2", Protocol.Icmp)]
    [TestCase("172.18.0.2:443", Protocol.Tcp)]
    [TestCase("127.0.0.1", Protocol.Icmp)]
    [TestCase("[2001:db8:1::2]:80", Protocol.Tcp)]
    [TestCase("2001:db8:1::2", Protocol.Icmp)]
    [TestCase("[2001:db8:2::2]:443", Protocol.Tcp)]
    [TestCase("::1", Protocol.Icmp)]
    public async Task What_the_host_sends_goes_as_predicted(string to, Protocol protocol)
    {
        var verified = await AskAsync("host", to, protocol);

        // Beyond the host every port counts as open.
        Assert.That(verified.Agrees, to.EndsWith(":81", StringComparison.Ordinal) ? Is.Not.True : Is.True, verified.Says);
    }

    [Test]
    public async Task A_datagram_to_a_silent_service_proves_only_its_way()
    {
        var verified = await AskAsync("host", "192.0.2.2:7", Protocol.Udp, before: "o nft 'add table ip quiet; add chain ip quiet c { type filter hook input priority 0; }; add rule ip quiet c udp dport 7 drop'");

        Assert.That(verified.Agrees, Is.Null);
        Assert.That(verified.Says, Does.Contain("nothing answered"));
    }

    [Test]
    public async Task A_rule_that_the_snapshot_lacks_is_named()
    {
        var host = await LiveHost.ReadAsync(_host.ProcessId);
        _host.Run("iptables-nft -A OUTPUT -d 192.0.2.2 -p tcp --dport 80 -j DROP");
        try
        {
            var verified = await LiveCheck.AskAsync(host, FlowOf(host, "host", "192.0.2.2:80", Protocol.Tcp));

            Assert.That(verified.Agrees, Is.False);
            Assert.That(verified.Says, Does.Contain("iptables filter OUTPUT").Or.Contain("not observed").Or.Contain("POSTROUTING"));
        }
        finally
        {
            _host.Run("iptables-nft -D OUTPUT -d 192.0.2.2 -p tcp --dport 80 -j DROP");
        }
    }

    [Test]
    public async Task From_outside_nothing_is_sent_unless_it_is_asked_for()
    {
        var verified = await AskAsync(Stranger, Published, Protocol.Tcp);

        Assert.That(verified.Agrees, Is.Null);
        Assert.That(verified.Says, Does.Contain("--inject"));
    }

    [TestCase(Published, Protocol.Tcp)]
    [TestCase("192.0.2.1", Protocol.Icmp)]
    [TestCase("192.0.2.1:9", Protocol.Udp, Description = "dropped")]
    [TestCase("192.0.2.1:10", Protocol.Tcp, Description = "rejected by an ICMP error")]
    [TestCase("192.0.2.1:11", Protocol.Tcp, Description = "rejected by a reset")]
    [TestCase("192.0.2.1:12", Protocol.Tcp, Description = "closed")]
    [TestCase("192.0.2.1:12", Protocol.Udp, Description = "closed")]
    [TestCase("[2001:db8:1::1]:8443", Protocol.Tcp)]
    [TestCase("2001:db8:1::1", Protocol.Icmp)]
    [TestCase("[2001:db8:1::1]:9", Protocol.Udp, Description = "dropped")]
    [TestCase("[2001:db8:1::1]:10", Protocol.Tcp, Description = "rejected by an ICMP error")]
    [TestCase("[2001:db8:1::1]:11", Protocol.Tcp, Description = "rejected by a reset")]
    [TestCase("[2001:db8:1::1]:12", Protocol.Tcp, Description = "closed")]
    [TestCase("[2001:db8:1::1]:12", Protocol.Udp, Description = "closed")]
    public async Task A_sender_outside_comes_in_by_the_NIC_and_no_frame_of_it_reaches_the_wire(string to, Protocol protocol)
    {
        var (ip, stranger) = to.Contains("::") ? ("ip6", "2001:db8:fffe::7") : ("ip", Stranger);
        _host.Run($"o nft 'add table netdev wire; add chain netdev wire c {{ type filter hook ingress device eth0 priority 0; }}; flush chain netdev wire c; add rule netdev wire c {ip} daddr {stranger} counter'");

        var verified = await AskAsync(stranger, to, protocol, injects: true);

        Assert.That(verified.Agrees, Is.True, verified.Says);
        Assert.That(_host.Run("o nft list table netdev wire"), Does.Contain("counter packets 0 "));
        AssertNothingIsLeft();
    }

    [Test]
    public async Task Records_that_a_stopped_reader_loses_prove_nothing()
    {
        using var flood = new Flood(_host);

        var verified = await AskAsync(async (reader, send) =>
        {
            _host.Run($"kill -STOP {reader}");
            flood.Send();
            await send();
            _host.Run($"kill -CONT {reader}");
        });

        Assert.That(verified.Agrees, Is.Null, verified.Says);
        Assert.That(verified.Says, Does.Contain("lost"));
    }

    [Test]
    public async Task Records_that_a_small_buffer_loses_prove_nothing()
    {
        var verified = await AskAsync(async (reader, send) =>
        {
            _host.ShrinkBuffer(reader);
            await send();
        });

        Assert.That(verified.Agrees, Is.Null, verified.Says);
        Assert.That(verified.Says, Does.Contain("lost"));
    }

    [Test]
    public async Task A_flood_beside_the_flow_is_no_part_of_it()
    {
        using var flood = new Flood(_host);

        var verified = await AskAsync(async (_, send) =>
        {
            flood.Send(count: 200);
            await send();
        });

        Assert.That(verified.Agrees, Is.True, verified.Says);
    }

    // More than a reader can take at once: it is told of the loss, or keeps up. It never makes a difference of it.
    [Test]
    public async Task A_flood_while_the_packets_are_sent_is_no_divergence()
    {
        using var flood = new Flood(_host);

        var verified = await AskAsync(async (_, send) =>
        {
            var sending = send();
            flood.Send();
            await sending;
        });

        Assert.That(verified.Agrees, Is.Not.False, verified.Says);
    }

    [TestCase("clsact")]
    [TestCase("ingress")]
    public async Task A_NIC_with_a_qdisc_of_others_is_left_alone(string qdisc)
    {
        _host.Run($"tc qdisc add dev eth0 {qdisc}");
        try
        {
            var host = await LiveHost.ReadAsync(_host.ProcessId);

            Assert.That(
                async () => await LiveCheck.AskAsync(host, FlowOf(host, Stranger, Published, Protocol.Tcp), injects: true),
                Throws.TypeOf<HooktrailException>().With.Message.Contains("eth0 has a clsact or ingress qdisc already"));
            Assert.That(_host.Run("tc qdisc show dev eth0"), Does.Contain(qdisc));
        }
        finally
        {
            _host.Run($"tc qdisc del dev eth0 {qdisc}");
        }
    }

    private void AssertNothingIsLeft()
    {
        Assert.That(_host.Run("nft list tables"), Does.Not.Contain("hooktrail-"));
        Assert.That(_host.Run("tc qdisc show dev eth0"), Does.Not.Contain("clsact"));
        Assert.That(_host.Run("ip -o link"), Does.Not.Contain(": ht-"));
    }

    private async Task<Verified> AskAsync(
        string from, string to, Protocol protocol, bool injects = false, string? before = null)
    {
        if (before is not null)
            _host.Run(before);
        var host = await LiveHost.ReadAsync(_host.ProcessId);
        return await LiveCheck.AskAsync(host, FlowOf(host, from, to, protocol), injects);
    }

    private async Task<Verified> AskAsync(Func<int, Func<Task>, Task> disturbed)
    {
        var host = await LiveHost.ReadAsync(_host.ProcessId);
        return await LiveCheck.AskAsync(
            host, FlowOf(host, "host", "192.0.2.2:80", Protocol.Tcp), injects: false, disturbed, CancellationToken.None);
    }

    private static Flow FlowOf(LiveHost host, string from, string to, Protocol protocol) =>
        Question.Of(host.Profile.Topology, from, to, protocol, null).Flow;
}
