using Hooktrail.Model;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Tests.Model;

public sealed class AccountTests
{
    private static readonly ImmutableArray<HostProfile> Profiles =
    [
        HostProfile.Default,
        HostProfile.Default with { BridgeNfCallIptables = false },
        HostProfile.Default with { BrNetfilter = false },
        HostProfile.Default with { Iptables = Backend.Legacy, Ebtables = Backend.Legacy, Kernel = new(5, 4) },
        HostProfile.Default with { IpForward = false, RpFilter = true },
        HostProfile.Default with { Kernel = new(4, 15), Promiscuous = true },
    ];

    private static IEnumerable<Flow> Flows() =>
        from @from in (Endpoint[])[Endpoint.Host, Endpoint.Client, Endpoint.Server, Endpoint.Stranger, Endpoint.Wan]
        from to in (Endpoint[])[Endpoint.Host, Endpoint.Client, Endpoint.Server, Endpoint.Stranger, Endpoint.Wan]
        where @from != to || @from == Endpoint.Host
        from ip in Enum.GetValues<IpVersion>()
        from flow in (Flow[])
        [
            new(@from, to, Protocol.Icmp) { Ip = ip },
            new(@from, to, Protocol.Icmp) { Ip = ip, Ttl = 1 },
            new(@from, to, Protocol.Tcp) { Ip = ip },
            new(@from, to, Protocol.Udp) { Ip = ip, Port = 8080 },
        ]
        select flow;

    [Test]
    public void An_account_is_of_the_predicted_trail_and_speaks_of_every_hook_point_of_the_host(
        [ValueSource(nameof(Profiles))] HostProfile profile)
    {
        var points = HookMap.Of(profile).SelectMany(one => one.Points).ToHashSet();
        foreach (var flow in Flows())
            foreach (var (leg, trail) in Prediction.Legs(profile, flow))
            {
                var account = Prediction.Account(profile, flow, leg);
                var about = $"{leg} of {flow}";
                Assert.That(account.Trail, Is.EqualTo(trail), about);
                Assert.That(account.Silences.Select(one => one.Point), Is.Unique, about);
                Assert.That(
                    account.Silences.Select(one => one.Point)
                        .Concat(trail.Hops.Select(hop => hop.Point))
                        .ToHashSet()
                        .SetEquals(points),
                    about);
                Assert.That(
                    account.Remarks.Select(one => one.After), Is.Ordered.And.All.InRange(0, trail.Hops.Length), about);
            }
    }

    [Test]
    public void A_point_that_was_passed_over_because_the_packet_had_ended_is_told_only_of_packets_that_ended(
        [ValueSource(nameof(Profiles))] HostProfile profile)
    {
        foreach (var flow in Flows())
            foreach (var (leg, trail) in Prediction.Legs(profile, flow))
                foreach (var silence in Prediction.Account(profile, flow, leg).Silences)
                    Assert.That(
                        silence.Why.StartsWith("The packet has ended", StringComparison.Ordinal)
                        && trail.Outcome.Kind == OutcomeKind.Delivered,
                        Is.False,
                        $"{leg} of {flow}: {silence}");
    }

    [Test]
    public void The_reply_skips_nat_because_its_connection_is_known()
    {
        var account = Prediction.Account(
            HostProfile.Default, new(Endpoint.Client, Endpoint.Server, Protocol.Icmp), Leg.Reply);

        Assert.That(
            Why(account, "iptables", "nat", "PREROUTING").Why,
            Is.EqualTo("A nat chain is crossed only by a packet that is new to its connection."));
        Assert.That(Why(account, "iptables", "nat", "PREROUTING").Source, Does.Contain("nf_nat_inet_fn"));
        Assert.That(
            Why(account, "iptables", "filter", "INPUT").Why,
            Is.EqualTo("The bridge forwards the frame: it does not come up to the host."));
        Assert.That(
            Why(account, "ip6tables", "raw", "PREROUTING").Why,
            Is.EqualTo("The packet is IPv4, and this is a chain for IPv6."));
        Assert.That(
            Says(account), Has.Some.EqualTo("Conntrack knows the connection: the packet is an answer, ESTABLISHED."));
    }

    [Test]
    public void With_bridge_nf_call_iptables_off_the_setting_is_the_reason()
    {
        var account = Prediction.Account(
            HostProfile.Default with { BridgeNfCallIptables = false },
            new(Endpoint.Client, Endpoint.Server, Protocol.Icmp),
            Leg.Request);

        Assert.That(Why(account, "iptables", "raw", "PREROUTING").Why, Does.Contain("bridge-nf-call-iptables is off"));
        Assert.That(
            Why(account, "ebtables", "filter", "INPUT").Why,
            Is.EqualTo("The frame is not for the bridge's own MAC address, so the bridge forwards it."));
    }

    [Test]
    public void Masquerading_is_told_behind_the_hop_that_decides_it()
    {
        var account = Prediction.Account(
            HostProfile.Default, new(Endpoint.Client, Endpoint.Wan, Protocol.Icmp), Leg.Request);

        var rewriting = account.Remarks.Single(one => one.Says == "NAT rewrites the source client to host.wan.");
        Assert.That(rewriting.Place, Is.EqualTo(Place.Nat));
        Assert.That(account.Trail.Hops[rewriting.After - 1].Point.ToString(), Is.EqualTo("iptables nat POSTROUTING"));
        Assert.That(Says(account), Has.Some.EqualTo("wan is reached by wan.nic."));
    }

    [Test]
    public void What_a_rule_decides_is_told_of_its_hop()
    {
        var account = Prediction.Account(
            HostProfile.Default, new(Endpoint.Wan, Endpoint.Client, Protocol.Icmp), Leg.Request);

        Assert.That(account.Trail.Outcome.Kind, Is.Not.EqualTo(OutcomeKind.Delivered));
        Assert.That(account.Remarks.Last(one => one.Place == Place.Rule).After, Is.EqualTo(account.Trail.Hops.Length));
    }

    [Test]
    public void A_packet_that_is_dropped_on_its_way_out_came_up_to_the_host()
    {
        var account = Prediction.Account(
            HostProfile.Default, new(Endpoint.Client, Endpoint.Stranger, Protocol.Icmp), Leg.Request);

        Assert.That(
            Why(account, "iptables", "filter", "INPUT").Why,
            Is.EqualTo("The packet is not for an address of the host."));
        Assert.That(
            Why(account, "iptables", "nat", "POSTROUTING").Why,
            Does.StartWith("The packet has ended before: dropped at iptables filter FORWARD"));
    }

    [Test]
    public void The_hook_table_names_the_chains_that_the_nat_core_asks()
    {
        var hooks = HookMap.Of(HostProfile.Default);

        var nat = hooks.Single(one => one is { Family: "ip", Hook: "prerouting", What: "nat core" });
        Assert.That(nat.Points.Select(point => point.ToString()), Is.EqualTo(new[] { "iptables nat PREROUTING" }));
        Assert.That(
            hooks.Where(one => one is { Family: "ip", Hook: "prerouting" }).Select(one => one.Priority), Is.Ordered);
    }

    private static Silence Why(Account account, string layer, string table, string chain) =>
        account.Silences.Single(one => one.Point == HookPoints.Parse(layer, table, chain));

    private static IEnumerable<string> Says(Account account) => account.Remarks.Select(one => one.Says);
}
