using Hooktrail.Observation;

namespace Hooktrail.Tests.Observation;

public class TrailAssemblerTests
{
    [TestCase("client", "server", 1, 0x04)]
    [TestCase("host", "client", 2, 0x08)]
    [TestCase("client", "host", 3, 0x0C)]
    [TestCase("client", "wan", 4, 0x10)]
    [TestCase("wan", "client", 5, 0x14)]
    [TestCase("host", "wan", 6, 0x18)]
    [TestCase("host", "host", 7, 0x1C)]
    [TestCase("client", "server", 8, 0x40)]
    public void Two_answered_packets_are_four_delivered_legs(string from, string to, int fence, int tos)
    {
        var window = Captured.Window(fence);
        var legs = Legs(Captured.Assemble(Captured.Flow(from, to), window, (byte)tos, Captured.BothAnswered));

        Assert.That(
            legs.Select(leg => $"{leg.Leg} {leg.Trail.Outcome}"),
            Is.EqualTo(new[]
            {
                $"request delivered to {to}",
                $"reply delivered to {from}",
                $"request 2 delivered to {to}",
                $"reply 2 delivered to {from}",
            }));
        Assert.That(legs.Sum(leg => leg.Trail.Hops.Length), Is.EqualTo(window.Sightings.Length));
        Assert.That(
            legs.SelectMany(leg => leg.Evidence).Select(record => (record.Line, record.Number)),
            Is.EqualTo(window.Sightings.Select(sighting => (sighting.Line, sighting.Sequence))));
        foreach (var leg in legs)
            Assert.That(
                leg.Evidence.Select(record => record.Hop), Is.EqualTo(Enumerable.Range(1, leg.Trail.Hops.Length)));
        Assert.That(
            legs.Skip(2).SelectMany(leg => leg.Trail.Hops).Select(hop => hop.Point),
            Has.None.Matches<HookPoint>(point => point is { Layer: Layer.Iptables, Table: "nat" }));
    }

    [Test]
    public void A_trail_shows_where_masquerade_rewrites()
    {
        var legs = Legs(
            Captured.Assemble(Captured.Flow("client", "wan"), Captured.Window(4), 0x10, Captured.BothAnswered));

        Assert.That(legs[0].Trail.Hops.Select(Captured.Short), Is.EqualTo(new[]
        {
            "ebtables nat PREROUTING client.port→ client→wan",
            "iptables raw PREROUTING lab→ client→wan",
            "iptables mangle PREROUTING lab→ client→wan",
            "iptables nat PREROUTING lab→ client→wan",
            "ebtables filter INPUT client.port→ client→wan",
            "iptables mangle FORWARD lab→wan.nic client→wan",
            "iptables filter FORWARD lab→wan.nic client→wan",
            "iptables security FORWARD lab→wan.nic client→wan",
            "iptables mangle POSTROUTING lab→wan.nic client→wan",
            "iptables nat POSTROUTING lab→wan.nic client→wan",
        }));
        Assert.That(legs[1].Trail.Hops.Select(Captured.Short).Take(3), Is.EqualTo(new[]
        {
            "iptables raw PREROUTING wan.nic→ wan→host.wan",
            "iptables mangle PREROUTING wan.nic→ wan→host.wan",
            "iptables mangle FORWARD wan.nic→lab wan→client",
        }));
        Assert.That(legs[0].Trail.Hops[5].PhysIn, Is.EqualTo("client.port"));
    }

    [Test]
    public void A_request_without_a_reply_vanished_after_its_last_hop()
    {
        var window = Captured.Read(Captured.Renumbered(Captured.Between(1).Skip(1).Take(5)));
        var legs = Legs(Captured.Assemble(Captured.Flow("client", "server"), window, 0x04, new(1, [])));

        Assert.That(legs, Has.Length.EqualTo(1));
        Assert.That(
            legs[0].Trail.Outcome, Is.EqualTo(Outcome.Vanished(new(Layer.Ebtables, "filter", "FORWARD"), null)));
    }

    [Test]
    public void A_reply_that_nobody_got_vanished_after_its_last_hop()
    {
        var lines = Captured.Between(4).Skip(1).Take(12);
        var legs = Legs(Captured.Assemble(
            Captured.Flow("client", "wan"), Captured.Read(Captured.Renumbered(lines)), 0x10, new(1, [])));

        Assert.That(
            legs.Select(leg => leg.Trail.Outcome),
            Is.EqualTo(new[]
            {
                Outcome.Delivered(Endpoint.Wan), Outcome.Vanished(new(Layer.Iptables, "mangle", "PREROUTING"), null)
            }));
    }

    [Test]
    public void Unanswered_requests_are_told_apart_where_the_first_hop_comes_again()
    {
        // Only the bridge sees them, so no sequence number helps.
        var lines = Captured.Between(8).Where(line => line.Contains("SRC=172.29.88.2"));
        var legs = Legs(Captured.Assemble(
            Captured.Flow("client", "server"), Captured.Read(Captured.Renumbered(lines)), 0x40, new(2, [])));

        Assert.That(legs.Select(leg => leg.Trail.Hops.Length), Is.EqualTo(new[] { 3, 3 }));
    }

    [Test]
    public void A_packet_that_no_tap_saw_has_an_empty_trail()
    {
        var legs = Legs(Captured.Assemble(Captured.Flow("client", "server"), new([], 0), 0x04, new(1, [1])));

        Assert.That(legs.Select(leg => leg.Trail), Is.EqualTo(new[]
        {
            new Trail([], Outcome.Delivered(Endpoint.Server)), new Trail([], Outcome.Delivered(Endpoint.Client)),
        }));
    }

    [Test]
    public void Other_flows_of_the_window_do_not_matter()
    {
        var both = Captured.Between(1).Zip(Captured.Between(2)).SelectMany(pair => new[] { pair.First, pair.Second });
        var window = Captured.Read(Captured.Renumbered(both));
        var flow = Captured.Flow("host", "client");

        Assert.That(
            Legs(Captured.Assemble(flow, window, 0x08, Captured.BothAnswered))[0].Trail,
            Is.EqualTo(Legs(Captured.Assemble(flow, Captured.Window(2), 0x08, Captured.BothAnswered))[0].Trail));
    }

    [Test]
    public void A_straggler_may_be_counted_before_the_window_but_this_flow_may_not()
    {
        var window = Captured.Read(Captured.Renumbered([.. Captured.Between(1), .. Captured.Between(2).Skip(1)]));
        var onlySecond = Captured.Counted(window.Sightings.Where(sighting => sighting.Tos == 0x08));

        Assert.That(
            TrailAssembler.Assemble(
                Captured.Flow("host", "client"), Captured.Map, window, 0x08, onlySecond, Captured.BothAnswered),
            Is.InstanceOf<Finding.Observed>());
        Assert.That(
            Reason(TrailAssembler.Assemble(
                Captured.Flow("client", "server"), Captured.Map, window, 0x04, onlySecond, Captured.BothAnswered)),
            Does.Match("The counter of .* shows [0-9]+ packets, the log [0-9]+"));
    }

    [Test]
    public void A_counter_above_the_log_is_inconclusive()
    {
        var window = Captured.Window(1);
        var counted = Captured.Counted(window.Sightings.Append(window.Sightings[0]));

        Assert.That(
            Reason(TrailAssembler.Assemble(
                Captured.Flow("client", "server"), Captured.Map, window, 0x04, counted, Captured.BothAnswered)),
            Is.EqualTo("The counter of ebtables nat PREROUTING shows 5 packets, the log 4."));
    }

    [Test]
    public void Lost_records_are_inconclusive() => Assert.That(
        Reason(Captured.Assemble(
            Captured.Flow("client", "server"), Captured.Window(1) with { Lost = 3 }, 0x04, Captured.BothAnswered)),
        Is.EqualTo("The observer lost 3 records before they were read."));

    [Test]
    public void A_cut_record_is_inconclusive()
    {
        var lines = Captured.Between(1).SetItem(2, Captured.Between(1)[2][..120]);

        Assert.That(
            Reason(Captured.Assemble(
                Captured.Flow("client", "server"),
                Captured.Read(Captured.Renumbered(lines)), 0x04, Captured.BothAnswered)),
            Does.StartWith("A record was cut: \"htx7k2q i.raw.PREROUTING IN="));
    }

    [Test]
    public void Interleaved_packets_are_inconclusive()
    {
        // The second request's records between those of the first.
        var lines = Captured.Between(2);
        var second = lines.IndexOf(lines.First(line => line.Contains("SEQ=2")));
        var mixed = lines[..3].Add(lines[second + 1]).AddRange(lines[3..(second + 1)]).AddRange(lines[(second + 2)..]);

        Assert.That(
            Reason(Captured.Assemble(
                Captured.Flow("host", "client"),
                Captured.Read(Captured.Renumbered(mixed)), 0x08, Captured.BothAnswered)),
            Does.StartWith("The records of two packets are mixed: "));
    }

    [Test]
    public void More_packets_than_were_sent_are_inconclusive() => Assert.That(
        Reason(Captured.Assemble(Captured.Flow("client", "server"), Captured.Window(1), 0x04, new(1, [1]))),
        Is.EqualTo("The lab sent 1 requests, but the log shows 2."));

    [Test]
    public void A_sequence_number_that_contradicts_the_order_is_inconclusive()
    {
        var lines = Captured.Between(2).Select(line => line.Replace("SEQ=1 ", "SEQ=7 "));

        Assert.That(
            Reason(Captured.Assemble(
                Captured.Flow("host", "client"),
                Captured.Read(Captured.Renumbered(lines)), 0x08, Captured.BothAnswered)),
            Does.StartWith("In order this is packet 1, but its ICMP sequence number is 7"));
    }

    [Test]
    public void A_reply_without_a_request_is_inconclusive()
    {
        var lines = Captured.Between(2).Where(line => line.Contains("SRC=172.29.88.2"));

        Assert.That(
            Reason(Captured.Assemble(
                Captured.Flow("host", "client"),
                Captured.Read(Captured.Renumbered(lines)), 0x08, Captured.BothAnswered)),
            Is.EqualTo("A reply was seen before any request."));
    }

    [Test]
    public void Frames_between_strangers_are_inconclusive() => Assert.That(
        Reason(Captured.Assemble(Captured.Flow("host", "wan"), Captured.Window(8), 0x40, Captured.BothAnswered)),
        Does.StartWith("The addresses do not say which way the packet goes"));

    [Test]
    public void Only_a_tap_that_fired_proves_a_silence()
    {
        var fired = FiredTaps.None.With(Captured.Window(8)).With(Captured.Window(6));
        HookPoint[] points =
        [
            new(Layer.Ebtables, "filter", "FORWARD"),
            new(Layer.Iptables, "filter", "FORWARD"),
            new(Layer.Iptables, "raw", "OUTPUT")
        ];

        Assert.That(fired.Unproven(points), Is.EqualTo(new[] { points[1] }));
        Assert.That(fired.Contains(points[2]), Is.True);
    }

    private static ObservedLeg[] Legs(Finding finding) =>
        finding is Finding.Observed observed ? [.. observed.Legs] : throw new AssertionException(finding.ToString());

    private static string Reason(Finding finding) =>
        finding is Finding.Inconclusive inconclusive
            ? inconclusive.Reason
            : throw new AssertionException(finding.ToString());
}
