using static Hooktrail.Model.Tests.Walks;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Model.Tests;

/// <summary>S numbers are the tags of the scenarios in features/.</summary>
public class BackendsAndVersions
{
    [TestCase(Backend.Nft, "mangle filter nat security")]
    [TestCase(Backend.Legacy, "mangle filter security nat")]
    public void Security_INPUT_is_after_nat_with_nft_and_before_it_with_legacy(Backend backend, string tables) =>
        Assert.That(
            Request(Client, Endpoint.Host, HostProfile.Default with { Iptables = backend }).Tables(
                Layer.Iptables, "INPUT"),
            Is.EqualTo(tables));

    [TestCase(Backend.Nft, "filter nat")]
    [TestCase(Backend.Legacy, "nat filter")]
    public void Ebtables_OUTPUT_is_filter_then_nat_with_nft_and_the_reverse_with_legacy(
        Backend backend, string tables) =>
        Assert.That(
            Request(Endpoint.Host, Client, HostProfile.Default with { Ebtables = backend }).Tables(
                Layer.Ebtables, "OUTPUT"),
            Is.EqualTo(tables));

    [TestCase("5.4", null)]
    [TestCase("5.5", "lab")]
    public void POSTROUTING_of_a_forwarded_packet_knows_its_device_in_from_5_5_on(string kernel, string? @in) =>
        Assert.That(
            Request(Client, Wan, HostProfile.Default with { Kernel = KernelVersion.Parse(kernel) })
                .At("iptables nat POSTROUTING").In,
            Is.EqualTo(@in));

    [TestCase("4.15")]
    [TestCase("7.3")]
    public void POSTROUTING_of_a_bridged_packet_never_knows_its_device_in(string kernel) =>
        Assert.That(
            Request(Client, Server, HostProfile.Default with { Kernel = KernelVersion.Parse(kernel) })
                .At("iptables nat POSTROUTING").In,
            Is.Null);

    [Test]
    public void Loopback_crosses_PREROUTING_and_INPUT_without_nat()
    {
        var trail = Request(Endpoint.Host, Endpoint.Host);

        Assert.That(trail.Tables(Layer.Iptables, "PREROUTING"), Is.EqualTo("raw mangle"));
        Assert.That(trail.Tables(Layer.Iptables, "INPUT"), Is.EqualTo("mangle filter security"));
        Assert.That(trail.Tables(Layer.Iptables, "OUTPUT"), Does.Contain("nat"));
    }

    [Test]
    public void A_routed_packet_crosses_IP_POSTROUTING_once_and_before_the_bridge()
    {
        var chains =
            Request(Endpoint.Host, Client).Hops.Select(hop => $"{hop.Point.Layer.Name()} {hop.Point.Chain}").Distinct();

        Assert.That(chains, Is.EqualTo(new[]
        {
            "iptables OUTPUT", "iptables POSTROUTING", "ebtables OUTPUT", "ebtables POSTROUTING",
        }));
    }

    [Test]
    public void A_bridged_packet_crosses_ebtables_POSTROUTING_before_that_of_iptables()
    {
        var chains =
            Request(Client, Server).Hops.Select(hop => $"{hop.Point.Layer.Name()} {hop.Point.Chain}").Distinct();

        Assert.That(chains.TakeLast(2), Is.EqualTo(new[] { "ebtables POSTROUTING", "iptables POSTROUTING" }));
    }

    [Test]
    public void A_routed_packet_keeps_the_port_it_came_in_by_and_has_none_that_it_goes_out_by()
    {
        var hops = Request(Client, Wan).Within(Layer.Iptables).Hops;

        Assert.That(hops.Select(hop => hop.PhysIn), Has.All.EqualTo("client.port"));
        Assert.That(hops.Select(hop => hop.PhysOut), Has.All.Null);
    }

    [TestCase("5.4.231", "client.port")]
    [TestCase("5.4.232", null)]
    [TestCase("5.4.241", null)]
    [TestCase("5.4.242", "client.port")]
    [TestCase("5.10.167", "client.port")]
    [TestCase("5.10.178", null)]
    [TestCase("5.10.179", "client.port")]
    [TestCase("5.11", "client.port")]
    [TestCase("5.15.92", "client.port")]
    [TestCase("5.15.108", null)]
    [TestCase("5.15.109", "client.port")]
    [TestCase("6.1.10", "client.port")]
    [TestCase("6.1.25", null)]
    [TestCase("6.1.26", "client.port")]
    [TestCase("6.1", "client.port")]
    [TestCase("6.2.12", null)]
    [TestCase("6.2", "client.port")]
    [TestCase("6.3", "client.port")]
    public void Some_releases_of_2023_forget_the_port_where_a_packet_skips_PREROUTING(string kernel, string? port)
    {
        var hops = Request(Client, Wan, HostProfile.Default with { Kernel = KernelVersion.Parse(kernel) })
            .Within(Layer.Iptables).Hops;

        Assert.That(
            hops.Where(hop => hop.Point.Chain == "PREROUTING").Select(hop => hop.PhysIn),
            Has.All.EqualTo("client.port"));
        Assert.That(
            hops.Where(hop => hop.Point.Chain != "PREROUTING").Select(hop => hop.PhysIn), Has.All.EqualTo(port));
    }

    [TestCase("5.10.178", OutcomeKind.Delivered)]
    [TestCase("5.10.179", OutcomeKind.Dropped)]
    public void Where_the_port_is_forgotten_physdev_does_not_match_behind_PREROUTING(string kernel, OutcomeKind how) =>
        Assert.That(
            Request(Client, Wan, HostProfile.Default with
            {
                Kernel = KernelVersion.Parse(kernel),
                Rules = RuleText.Read(
                    Layer.Iptables,
                    ["*filter", "-A FORWARD -m physdev --physdev-in client.port -j DROP", "COMMIT"],
                    "test"),
            }).Outcome.Kind,
            Is.EqualTo(how));

    [Test]
    public void Without_a_call_from_the_bridge_no_port_is_remembered() =>
        Assert.That(
            Request(Client, Wan, HostProfile.Default with { BridgeNfCallIptables = false }).Hops.Select(hop =>
                hop.PhysIn),
            Has.All.Null);

    [Test]
    public void Without_br_netfilter_a_bridged_packet_crosses_only_ebtables([Values] bool loaded)
    {
        var profile = HostProfile.Default with { BrNetfilter = loaded, BridgeNfCallIptables = !loaded };

        Assert.That(Request(Client, Server, profile).Devices(), Is.EqualTo(Board("""
            ebtables broute   BROUTING    client.port→-
            ebtables nat      PREROUTING  client.port→-
            ebtables filter   FORWARD     client.port→server.port
            ebtables nat      POSTROUTING -→server.port
            """)));
    }

    [Test]
    public void Without_br_netfilter_routed_packets_cross_the_same_as_with_the_call_off() =>
        Assert.That(
            Request(Client, Wan, HostProfile.Default with { BrNetfilter = false }),
            Is.EqualTo(Request(Client, Wan, HostProfile.Default with { BridgeNfCallIptables = false })));

    [TestCase("4.15", Backend.Legacy)]
    [TestCase("6.12", Backend.Legacy)]
    [TestCase("6.12", Backend.Nft)]
    public void BROUTING_is_the_first_hook_of_a_frame(string kernel, Backend backend) =>
        Assert.That(
            Request(Client, Server, HostProfile.Default with
            {
                Kernel = KernelVersion.Parse(kernel),
                Ebtables =
                backend
            }).Hops[0].Point.Table,
            Is.EqualTo("broute"));

    [Test]
    public void Without_broute_nothing_else_changes()
    {
        var with = Request(Client, Server);

        Assert.That(
            Request(Client, Server, HostProfile.Default with { Broute = false }).Hops,
            Is.EqualTo(with.Hops.Where(hop => hop.Point.Table != "broute")));
    }

    [TestCase("4.15")]
    [TestCase("6.1")]
    [TestCase("7.3")]
    public void A_bridged_packet_crosses_the_same_on_every_kernel(string kernel) =>
        Assert.That(
            Request(Client, Server, HostProfile.Default with { Kernel = KernelVersion.Parse(kernel) }),
            Is.EqualTo(Request(Client, Server)));
}
