using Hooktrail.Labs;

namespace Hooktrail.Tests.Rules;

/// <summary>After a change of a private host, only what it can touch is read.</summary>
public class TouchedPartsTests
{
    [TestCase("ip_forward", HostParts.Settings)]
    [TestCase("hairpin", HostParts.Settings)]
    [TestCase("conntrack", HostParts.Nftables)]
    [TestCase("conntrack6", HostParts.Nftables)]
    public void A_switch_is_a_setting_or_a_rule_that_needs_conntrack(string name, HostParts parts) =>
        Assert.That(Of(new HostChange.Turn(Switch.Parse(name), true)), Is.EqualTo(parts));

    [TestCase("iptables -A FORWARD -j DROP", HostParts.Iptables | HostParts.Nftables)]
    [TestCase("ip6tables -t mangle -P FORWARD DROP", HostParts.Ip6tables | HostParts.Nftables)]
    [TestCase("arptables -A INPUT -j DROP", HostParts.Arptables | HostParts.Nftables)]
    [TestCase("ebtables -A FORWARD -j DROP", HostParts.Ebtables | HostParts.Nftables)]
    [TestCase(
        "iptables -A FORWARD -m set --match-set evil src -j DROP",
        HostParts.Iptables | HostParts.Nftables | HostParts.Sets)]
    [TestCase("iptables-legacy -A FORWARD -j DROP", HostParts.All)]
    public void A_rule_touches_its_tool_and_where_that_uses_nf_tables_their_list(string command, HostParts parts) =>
        Assert.That(Of(new HostChange.Rule(command)), Is.EqualTo(parts));

    [TestCase("iptables -A FORWARD -j DROP", HostParts.Iptables | HostParts.Hooks)]
    [TestCase("ebtables -A FORWARD -j DROP", HostParts.Ebtables | HostParts.Nftables)]
    public void A_rule_of_the_legacy_backend_is_not_in_nf_tables(string command, HostParts parts) =>
        Assert.That(Of(new HostChange.Rule(command), Backend.Legacy), Is.EqualTo(parts));

    [TestCase("table ip mine { chain c { } }", HostParts.Nftables)]
    [TestCase("table ip mine { chain c { } }; table bridge filter { chain c { } }", HostParts.All)]
    public void The_tools_list_what_nft_adds_to_their_tables(string text, HostParts parts) =>
        Assert.That(Of(new HostChange.NftTable(text)), Is.EqualTo(parts));

    [Test]
    public void Sets_touch_only_the_sets() =>
        Assert.That(Of(new HostChange.Sets("create evil hash:ip")), Is.EqualTo(HostParts.Sets));

    private static HostParts Of(HostChange change, Backend iptables = Backend.Nft) =>
        TouchedParts.Of(change, iptables, Backend.Nft);
}
