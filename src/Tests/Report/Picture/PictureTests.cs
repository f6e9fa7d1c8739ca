using System.Text.RegularExpressions;
using System.Xml.Linq;
using Hooktrail.Model;
using Hooktrail.Report.Picture;

namespace Hooktrail.Tests.Report.Picture;

/// <summary>The picture follows from hooks and trail: every registration has a place, and the trail is lit.</summary>
public sealed partial class PictureTests
{
    private static readonly HostProfile[] Hosts =
    [
        HostProfile.Default,
        HostProfile.Default with { Kernel = new(4, 15), Iptables = Backend.Legacy, Ebtables = Backend.Legacy },
        HostProfile.Default with { BrNetfilter = false, Broute = false },
    ];

    private static readonly Flow[] Flows =
    [
        new(Endpoint.Client, Endpoint.Server, Protocol.Icmp),
        new(Endpoint.Client, Endpoint.Server, Protocol.Icmp) { Ip = IpVersion.V6 },
        new(Endpoint.Client, Endpoint.Server, Protocol.Arp),
        new(Endpoint.Client, Endpoint.Wan, Protocol.Icmp),
        new(Endpoint.Wan, Endpoint.Host, Protocol.Tcp) { Port = 8080 },
        new(Endpoint.Host, Endpoint.Host, Protocol.Udp),
        new(Endpoint.Client, Endpoint.Stranger, Protocol.Icmp),
        new(Endpoint.Client, Endpoint.Wan, Protocol.Udp) { Fragments = 3 },
        new(Endpoint.Client, Endpoint.Host, Protocol.Tcp) { Via = "host.wan", Port = 8080 },
    ];

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Test]
    public void What_is_lit_is_the_trail_in_its_order(
        [ValueSource(nameof(Hosts))] HostProfile host, [ValueSource(nameof(Flows))] Flow flow)
    {
        foreach (var (leg, trail) in Prediction.Legs(host, flow))
        {
            var lit = XDocument.Parse(Draw(host, flow, leg))
                .Descendants(Svg + "g")
                .Where(one => ((string?)one.Attribute("class") ?? "").Split(' ')[0] == "lit");
            Assert.That(
                lit.OrderBy(one => (int)one.Attribute("data-n")!).Select(one => (string)one.Attribute("data-point")!),
                Is.EqualTo(trail.Hops.Select(hop => hop.Point.ToString())), $"{leg} of {flow}");
        }
    }

    [Test]
    public void Every_chain_of_the_sheets_protocol_has_one_place_and_no_two_share_one(
        [ValueSource(nameof(Hosts))] HostProfile host, [Values] Plane plane)
    {
        var map = StackMap.Of(HookMap.Of(host), plane);
        var areas = XDocument.Parse(PictureSvg.Definition(map, "m")
            .Replace("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ", StringComparison.Ordinal))
            .Root!.Attribute("data-areas")!.Value.Split(';').Select(area => area.Split(',')).ToList();
        var family = plane switch { Plane.IPv4 => "ip", Plane.IPv6 => "ip6", _ => "arp" };
        var expected = HookMap.Of(host)
            .Where(one => one.Family == family || one.Family == "bridge")
            .SelectMany(one => one.Points)
            .Select(point => point.ToString());

        Assert.That(areas.Select(area => area[0]), Is.EquivalentTo(expected));
        Assert.That(areas.Select(area => (area[1], area[2])), Is.Unique);
        Assert.That(areas.Select(area => int.Parse(area[1]) + int.Parse(area[3])), Is.All.LessThan(map.Width));
    }

    [Test]
    public void The_order_in_a_hook_is_that_of_the_host()
    {
        int Place(HostProfile host, string table) =>
            int.Parse(PictureSvg.Definition(StackMap.Of(HookMap.Of(host), Plane.IPv4), "m").Split(
                $"iptables {table} INPUT,")[1].Split(',')[1]);

        Assert.That(Place(Hosts[0], "security"), Is.GreaterThan(Place(Hosts[0], "nat")), "nft: 150");
        Assert.That(Place(Hosts[1], "security"), Is.LessThan(Place(Hosts[1], "nat")), "legacy: 50");
    }

    [Test]
    public void Rewriting_is_shown_at_the_hook_that_does_it()
    {
        Assert.That(Draw(Hosts[0], Flows[3], Leg.Request), Does.Contain("src client → host.wan"));
        Assert.That(Draw(Hosts[0], Flows[3], Leg.Reply), Does.Contain("dst host.wan → client"));
        Assert.That(Draw(Hosts[0], Flows[4], Leg.Request), Does.Contain("dst host.wan:8080 → server:80"));
        Assert.That(Draw(Hosts[0], Flows[0], Leg.Request), Does.Not.Contain("ht-nat\" x"));
    }

    [Test]
    public void Where_two_trails_part_both_are_marked()
    {
        var observed = Prediction.Of(Hosts[0] with { BridgeNfCallIptables = false }, Flows[0], Leg.Request);
        var leg = new LitLeg(Flows[0], Leg.Request, observed, Prediction.Of(Hosts[0], Flows[0], Leg.Request), null);
        var drawn = XDocument.Parse(PictureSvg.Standalone(StackMap.Of(HookMap.Of(Hosts[0]), leg.Plane), leg));

        Assert.That(
            drawn.Descendants(Svg + "g").Select(one => (string?)one.Attribute("class")),
            Has.One.EqualTo("lit diverge").And.One.EqualTo("other diverge"));
    }

    [Test]
    public void Names_of_others_stay_text()
    {
        const string hostile = "\"]--><script>alert(1)</script>&\u001b";
        var trail = new Trail(
            [new(new(Layer.Nftables, hostile, hostile), hostile, hostile, null, null, hostile, hostile)],
            Outcome.Vanished(null, hostile));
        var leg = new LitLeg(Flows[0], Leg.Request, trail, null, null);
        var map = StackMap.Of(HookMap.Of(Hosts[0]), leg.Plane, trail.Hops.Select(hop => hop.Point));

        Assert.That(XDocument.Parse(PictureSvg.Standalone(map, leg)).Descendants(Svg + "script"), Is.Empty);
        Assert.That(PictureMermaid.Of(map, leg), Does.Not.Contain("<script").And.Not.Contain("\u001b"));
        Assert.That(PictureText.Of(map, leg), Does.Not.Contain("\u001b"));
    }

    [Test]
    public void A_flowchart_has_a_node_for_each_hop()
    {
        var account = Prediction.Account(Hosts[0], Flows[4], Leg.Request);
        var leg = new LitLeg(Flows[4], Leg.Request, account.Trail, null, account);
        var chart = PictureMermaid.Of(StackMap.Of(HookMap.Of(Hosts[0]), leg.Plane), leg);

        for (var hop = 1; hop <= account.Trail.Hops.Length; hop++)
            Assert.That(chart, Does.Contain($"h{hop}[\"{hop} {account.Trail.Hops[hop - 1].Point.Table}\"]"));
        Assert.That(chart, Does.StartWith("flowchart LR\n")
            .And.Contain("-->|routing decision|")
            .And.Contain("NAT: dst host.wan:8080 → server:80"));
    }

    [Test]
    public void As_text_every_hop_is_numbered_at_its_chain_and_the_sheet_fits_a_terminal(
        [ValueSource(nameof(Hosts))] HostProfile host, [ValueSource(nameof(Flows))] Flow flow)
    {
        foreach (var (leg, trail) in Prediction.Legs(host, flow))
        {
            var text = Text(host, flow, leg);
            var lines = text.Split('\n');
            Assert.That(
                lines.Where(line => line.StartsWith('┌') || line.StartsWith('│')).Select(line => line.Length),
                Is.All.LessThan(120));
            var numbers = Number()
                .Matches(text)
                .SelectMany(one => one.Groups[1].Value.Split(','))
                .Select(int.Parse)
                .Order();
            Assert.That(numbers, Is.EqualTo(Enumerable.Range(1, trail.Hops.Length)), text);
            Assert.That(
                lines[^2], Is.EqualTo(trail.Hops.IsEmpty ? $"no hop; {trail.Outcome}" : trail.Outcome.ToString()));
        }
    }

    [Test]
    public void As_text_it_says_what_led_from_hook_to_hook_and_what_nat_rewrote()
    {
        var text = Text(Hosts[0], Flows[3], Leg.Request);
        Assert.That(
            text,
            Does.Contain("◆ routing decision").And.Contain("◆ bridging decision").And.Contain("◇ routing decision"));
        Assert.That(text, Does.EndWith("""
            client ▸ client.port
              bridge PREROUTING 1 broute, 2 nat
              br_netfilter: ip PREROUTING 3 raw, 4 mangle, 5 nat
              bridging decision: bridge INPUT 6 filter
              routing decision: ip FORWARD 7 mangle, 8 filter, 9 security
              ip POSTROUTING 10 mangle, 11 nat; NAT: src client → host.wan
            delivered to wan

            """));
    }

    [Test]
    public void A_decision_is_lit_where_the_packet_met_it()
    {
        // Up to the host and out by another device: both. Bridged: only the bridge's. Sent by the host: routed before
        // OUTPUT.
        Assert.That(Decided(Flows[3]), Is.EqualTo(2));
        Assert.That(Decided(Flows[0]), Is.EqualTo(1));
        Assert.That(Decided(new(Endpoint.Host, Endpoint.Client, Protocol.Icmp)), Is.EqualTo(1));

        static int Decided(Flow flow) => Draw(Hosts[0], flow, Leg.Request).Split("class=\"ht-decided\"").Length - 1;
    }

    private static string Text(HostProfile host, Flow flow, Leg leg)
    {
        var account = Prediction.Account(host, flow, leg);
        var lit = new LitLeg(flow, leg, account.Trail, null, account);
        return PictureText.Of(
            StackMap.Of(HookMap.Of(host), lit.Plane, account.Trail.Hops.Select(hop => hop.Point)), lit);
    }

    [GeneratedRegex("│ *([0-9]+(?:,[0-9]+)*) [^│]*(?=│)")]
    private static partial Regex Number();

    private static string Draw(HostProfile host, Flow flow, Leg leg)
    {
        var account = Prediction.Account(host, flow, leg);
        var lit = new LitLeg(flow, leg, account.Trail, null, account);
        return PictureSvg.Standalone(
            StackMap.Of(HookMap.Of(host), lit.Plane, account.Trail.Hops.Select(hop => hop.Point)), lit);
    }
}
