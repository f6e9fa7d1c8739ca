using Hooktrail.Observation;

namespace Hooktrail.Tests.Observation;

public class TapTests
{
    private static readonly TapRules Rules = new(
        Captured.Run,
        new("172.29.88.0/24", "203.0.113.0/24", "127.83.1.7/32", "fd00:88::/48"),
        [
            new(Layer.Iptables, "nat", "INPUT"),
            new(Layer.Iptables, "raw", "OUTPUT"),
            new(Layer.Ebtables, "nat", "OUTPUT")
        ]);

    [Test]
    public void Every_prefix_fits_into_xt_LOG_and_names_its_place()
    {
        foreach (var point in TapRules.Supported)
        {
            var prefix = TapPrefix.Of(Captured.Run, point) + " ";
            Assert.That(prefix, Has.Length.LessThanOrEqualTo(29));
            Assert.That(TapPrefix.TryParse(prefix + "IN=", out var run, out var found, out var length), Is.True);
            Assert.That((run, found, length), Is.EqualTo((Captured.Run, point, prefix.Length - 1)));
        }
    }

    [Test]
    public void The_rules_of_iptables_match_what_has_a_mark_and_the_resets_that_have_none()
    {
        const string log = "-j LOG --log-prefix \"htx7k2q i.nat.INPUT \" --log-level debug --log-tcp-sequence";
        var text = Rules.Iptables();

        Assert.That(text, Does.StartWith(
            $"""
            *nat
            -I INPUT 1 -d 172.29.88.0/24 -m tos ! --tos 0x00 {log}
            -I INPUT 1 -d 172.29.88.0/24 -m tos --tos 0x00 -p tcp --tcp-flags RST RST {log}
            -I INPUT 1 -d 203.0.113.0/24 -m tos ! --tos 0x00 {log}

            """));
        Assert.That(text, Does.Contain("COMMIT\n*raw\n-I OUTPUT 1 ").And.EndsWith("COMMIT\n").And.Not.Contain("fd00"));
    }

    [Test]
    public void The_rules_of_ip6tables_match_the_errors_that_have_no_mark_too()
    {
        const string log = "-j LOG --log-prefix \"htx7k2q 6.raw.OUTPUT \" --log-level debug --log-tcp-sequence";

        Assert.That((Rules with { Points = [new(Layer.Ip6tables, "raw", "OUTPUT")] }).Ip6tables(), Is.EqualTo(
            $"""
            *raw
            -I OUTPUT 1 -d fd00:88::/48 -m tos ! --tos 0x00 {log}
            -I OUTPUT 1 -d fd00:88::/48 -m tos --tos 0x00 -p tcp --tcp-flags RST RST {log}
            -I OUTPUT 1 -d fd00:88::/48 -m tos --tos 0x00 -p ipv6-icmp -m icmp6 --icmpv6-type 1 {log}
            -I OUTPUT 1 -d fd00:88::/48 -m tos --tos 0x00 -p ipv6-icmp -m icmp6 --icmpv6-type 3 {log}
            -I OUTPUT 1 -d fd00:88::/48 -m tos --tos 0x00 -p ipv6-icmp -m icmp6 --icmpv6-type 137 {log}
            COMMIT

            """));
    }

    [Test]
    public void The_rules_of_ebtables_are_one_transaction_and_match_every_protocol_of_the_lab()
    {
        var text = Rules.Ebtables();

        Assert.That(text, Does.StartWith("*nat\n").And.Not.Contain("COMMIT"));
        foreach (var packets in new[]
                 {
                     "-p IPv4 --ip-destination 172.29.88.0/24 ! --ip-tos 0x00",
                     "-p IPv4 --ip-destination 172.29.88.0/24 --ip-tos 0x00 --ip-protocol tcp",
                     "-p ARP --arp-ip-dst 172.29.88.0/24", "-p IPv6 --ip6-destination fd00:88::/48 ! --ip6-tclass 0x00",
                     "-p IPv6 --ip6-destination fd00:88::/48 --ip6-tclass 0x00 --ip6-protocol ipv6-icmp --ip6-icmp-type 1",
                 })
            Assert.That(
                text, Does.Contain($"-I OUTPUT 1 {packets} --log-prefix \"htx7k2q e.nat.OUTPUT\" --log-level debug "));
    }

    [Test]
    public void What_the_rules_bring_into_being_is_marked() => Assert.That(
        Rules.Marks(
            "table ip nat {\n\tchain OUTPUT {\n\t}\n}\ntable bridge nat {\n\tchain OUTPUT {\n\t\ttype filter hook output priority 100; policy accept;\n\t}\n}\n"),
        Is.EqualTo(
            "add chain ip nat hooktrail.INPUT\nadd table ip raw\nadd chain ip raw hooktrail\nadd chain ip raw hooktrail.OUTPUT\n"));

    [Test]
    public void Counters_of_both_tools_equal_the_records_of_the_log()
    {
        var counters = TapCounters.Parse(
            Captured.Text("captured.iptables-save") + Captured.Text("captured.ebtables-save"), Captured.Run);
        var logged = Captured.Counted(
            Captured.Read(Captured.Renumbered(Captured.Lines.Where(line => !line.Contains("fence")))).Sightings);

        Assert.That(counters.Points.Count(), Is.EqualTo(17 + 6));
        Assert.That(
            counters.Points.Select(point => (point, counters[point])),
            Is.EquivalentTo(counters.Points.Select(point => (point, logged[point]))));
        Assert.That(counters.Points.Sum(point => counters[point]), Is.EqualTo(250));
        Assert.That(counters.Since(counters).Points.Sum(point => counters.Since(counters)[point]), Is.Zero);
        var (twice, once) = (counters.With(logged), TapCounters.Of([]).With(counters));
        Assert.That(twice.Points.Sum(point => twice[point]), Is.EqualTo(500));
        Assert.That(once.Points.Sum(point => once[point]), Is.EqualTo(250));
    }

    [Test]
    public void Another_runs_counters_are_passed_over() =>
        Assert.That(TapCounters.Parse(Captured.Text("captured.iptables-save"), RunId.Parse("other")).Points, Is.Empty);

    [Test]
    public void Rules_saved_without_counters_are_refused() => Assert.That(
        () => TapCounters.Parse("-A INPUT -j LOG --log-prefix \"htx7k2q i.nat.INPUT \"", Captured.Run),
        Throws.InstanceOf<HooktrailException>().With.Message.Contains("iptables-save -c"));

    [Test]
    public void Overlapping_networks_are_refused() => Assert.That(
        () => new TracedTraffic("10.0.0.0/8", "10.1.0.0/16"),
        Throws.InstanceOf<HooktrailException>().With.Message.StartsWith(
            "The networks 10.0.0.0/8 and 10.1.0.0/16 overlap"));

    [TestCase("2001:db8::/129")]
    [TestCase("10.0.0.0/33")]
    [TestCase("lab")]
    public void What_is_no_network_is_refused(string text) => Assert.That(
        () => new TracedTraffic(text), Throws.InstanceOf<HooktrailException>().With.Message.Contains($"\"{text}\""));

    [Test]
    public void A_run_id_is_five_characters()
    {
        Assert.That(RunId.Parse(RunId.New().ToString()).ToString(), Does.Match("^[a-z0-9]{5}$"));
        Assert.That(() => RunId.Parse("X7K2Q"), Throws.InstanceOf<HooktrailException>());
    }
}
