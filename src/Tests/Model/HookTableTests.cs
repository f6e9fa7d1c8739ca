using Hooktrail.Model.Netfilter;

namespace Hooktrail.Model.Tests;

public class HookTableTests
{
    [Test]
    public void Order_comes_from_the_priority() =>
        Assert.That(
            Order(At(100, "late"), At(int.MinValue, "first"), At(-5, "early"), At(int.MaxValue, "last")),
            Is.EqualTo(new[] { "first", "early", "late", "last" }));

    [Test]
    public void Of_two_with_one_priority_the_last_registered_runs_first() =>
        Assert.That(
            Order(At(0, "iptables-legacy"), At(0, "a"), At(-1, "before"), At(0, "b"), At(0, "iptables-nft")),
            Is.EqualTo(new[] { "before", "iptables-nft", "b", "a", "iptables-legacy" }));

    [Test]
    public void A_hook_keeps_to_its_own_family()
    {
        var table = new HookTable([At(0, "bridge"), At(0, "ip") with { Family = Family.IPv4 }]);

        Assert.That(table.At(Family.IPv4, Hook.Forward).Select(one => one.What), Is.EqualTo(new[] { "ip" }));
    }

    [Test]
    public void The_bridge_calls_iptables_between_its_own_nat_and_filter() =>
        Assert.That(
            What(HostProfile.Default, Family.Bridge, Hook.PreRouting),
            Is.EqualTo(new[] { "ebtables broute BROUTING", "ebtables nat PREROUTING", "br_nf_pre_routing" }));

    [Test]
    public void Nat_comes_after_conntrack_and_confirmation_last() =>
        Assert.That(
            What(HostProfile.Default, Family.IPv4, Hook.LocalIn),
            Is.EqualTo(new[]
            {
                "iptables mangle INPUT", "iptables filter INPUT", "nat core", "iptables security INPUT", "nf_confirm",
            }));

    [TestCase("6.7", new[] { "br_nf_forward_ip -1", "br_nf_forward_arp 0" })]
    [TestCase("6.8", new[] { "br_nf_forward 0" })]
    public void The_bridges_calls_to_FORWARD_became_one_and_moved_from_minus_1_to_0_in_6_8(
        string kernel, string[] functions)
    {
        var host = new Host(HostProfile.Default with { Kernel = KernelVersion.Parse(kernel) });

        Assert.That(
            host.Hooks.At(Family.Bridge, Hook.Forward)
                .Where(one => one.What.StartsWith("br_nf", StringComparison.Ordinal))
                .Select(one => $"{one.What} {one.Priority}"),
            Is.EqualTo(functions));
    }

    [TestCase("5.10", false)]
    [TestCase("6.1.80", false)]
    [TestCase("6.1.81", true)]
    [TestCase("6.7.8", false)]
    [TestCase("6.8", true)]
    public void The_last_at_INPUT_of_the_bridge_is_br_netfilter_from_6_8_on(string kernel, bool isThere) =>
        Assert.That(
            What(HostProfile.Default with { Kernel = KernelVersion.Parse(kernel) }, Family.Bridge, Hook.LocalIn),
            Is.EqualTo(isThere ? new[] { "ebtables filter INPUT", "br_nf_local_in" } : ["ebtables filter INPUT"]));

    [TestCase("5.1", Backend.Legacy, "Brouting")]
    [TestCase("5.2", Backend.Legacy, "PreRouting")]
    [TestCase("5.1", Backend.Nft, "PreRouting")]
    public void Legacy_broute_became_a_function_at_the_hook_in_5_2(string kernel, Backend backend, string hook)
    {
        var host = new Host(HostProfile.Default with { Kernel = KernelVersion.Parse(kernel), Ebtables = backend });

        Assert.That(
            Enum.GetValues<Hook>()
                .Where(one => host.Hooks.At(Family.Bridge, one).Any(entry => entry.What.Contains("broute"))),
            Is.EqualTo(new[] { Enum.Parse<Hook>(hook) }));
    }

    [Test]
    public void Without_br_netfilter_none_of_its_functions_is_registered()
    {
        var host = new Host(HostProfile.Default with { BrNetfilter = false });

        Assert.That(Everybody(host), Has.None.StartsWith("br_nf").And.None.EqualTo("ip_sabotage_in"));
    }

    [Test]
    public void Every_hook_point_of_the_tools_is_registered_once()
    {
        var host = new Host(HostProfile.Default);

        Assert.That(
            Everybody(host).Where(what => what.Contains(' ') && what != "nat core"),
            Is.EquivalentTo(HookPoints.All
                .Where(point => point is not ({ Layer: Layer.Iptables or Layer.Ip6tables, Table: "nat" }
                    or { Layer: Layer.Arptables, Chain: "FORWARD" }))
                .Select(point => point.ToString())));
    }

    [Test]
    public void The_chains_of_nat_are_asked_by_the_NAT_core_at_four_hooks_of_each_family() =>
        Assert.That(Everybody(new Host(HostProfile.Default)).Count(what => what == "nat core"), Is.EqualTo(8));

    private static HookRegistration At(int priority, string what) =>
        new(Family.Bridge, Hook.Forward, priority, what, (Packet _, in HookState _) => NfVerdict.Accept);

    private static IEnumerable<string> Everybody(Host host) =>
        from family in Enum.GetValues<Family>()
        from hook in Enum.GetValues<Hook>()
        from one in host.Hooks.At(family, hook)
        select one.What;

    private static IEnumerable<string> Order(params HookRegistration[] registrations) =>
        new HookTable(registrations).At(Family.Bridge, Hook.Forward).Select(one => one.What);

    private static IEnumerable<string> What(HostProfile profile, Family family, Hook hook) =>
        new Host(profile).Hooks.At(family, hook).Select(one => one.What).Where(what => what is not "nf_conntrack_in");
}
