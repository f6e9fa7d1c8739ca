using System.Net;
using Hooktrail.Hosts;

namespace Hooktrail.Tests.Hosts;

/// <summary>On a user's host names are the addresses and devices themselves, and any address may come from outside.</summary>
public class LiteralRulesTests
{
    [TestCase("-s 203.0.113.7/32", "203.0.113.7")]
    [TestCase("-s 203.0.113.0/24", "203.0.113.0/24")]
    [TestCase("-s 203.0.113.0/255.255.255.0", "203.0.113.0/24")]
    [TestCase("-s 0.0.0.5/0.0.0.255", "0.0.0.5/0.0.0.255")]
    [TestCase("-m iprange --src-range 203.0.113.2-203.0.113.9", "203.0.113.2-203.0.113.9")]
    [TestCase("-m iprange --src-range 203.0.113.0-203.0.113.255", "203.0.113.0/24")]
    public void An_address_of_iptables_is_kept(string words, string address)
    {
        var rules = RuleReader.Xtables(
            Layer.Iptables, ["*filter", $"-A INPUT {words} -j DROP", "COMMIT"], HostNames.Instance, "iptables-save");

        Assert.That(
            rules.Chains.SelectMany(chain => chain.Rules).Single().Matches.Single(),
            Is.EqualTo(new AddressMatch(AddressRole.Source, [address], false)));
    }

    [TestCase("ip saddr 203.0.113.7 drop", "203.0.113.7")]
    [TestCase("ip saddr 203.0.113.0/24 drop", "203.0.113.0/24")]
    [TestCase("ip saddr { 203.0.113.7, 10.0.0.0/8, 192.0.2.1-192.0.2.3 } drop", "203.0.113.7", "10.0.0.0/8", "192.0.2.1-192.0.2.3")]
    public void An_address_of_nft_is_kept(string rule, params string[] addresses)
    {
        var rules = RuleReader.Nftables(
            ["table ip mine {", "chain c {", "type filter hook input priority 0;", rule, "}", "}"],
            HostNames.Instance, "nft list ruleset");

        Assert.That(
            rules.Chains.Single().Rules.Single().Matches.OfType<AddressMatch>().Single(),
            Is.EqualTo(new AddressMatch(AddressRole.Source, [.. addresses], false)));
    }

    [Test]
    public void All_addresses_are_no_match_and_none_are_one()
    {
        Assert.That(Only("-s 0.0.0.0/0"), Is.EqualTo(new AddressMatch(AddressRole.Source, [], true)));
        Assert.That(Only("! -s 0.0.0.0/0"), Is.EqualTo(new AddressMatch(AddressRole.Source, [], false)));
    }

    [Test]
    public void Devices_and_ports_are_the_hosts_own()
    {
        var rules = RuleReader.Xtables(
            Layer.Iptables,
            ["*nat", "-A PREROUTING -i br-+ -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.18.0.2:80", "COMMIT"],
            HostNames.Instance, "iptables-save");
        var rule = rules.Chains.SelectMany(chain => chain.Rules).Single();

        Assert.That(rule.Matches.OfType<DeviceMatch>().Single().Devices, Is.EqualTo(new[] { "br-+" }));
        Assert.That(rule.Target, Is.EqualTo(new DnatTarget("172.18.0.2", 80)));
    }

    [Test]
    public void The_entries_of_a_set_are_kept()
    {
        var sets = RuleReader.Sets(
            ["create evil hash:net family inet", "add evil 203.0.113.0/24", "add evil 198.51.100.7"],
            HostNames.Instance, "ipset save");
        var rules = RuleReader.Xtables(
            Layer.Iptables, ["*filter", "-A INPUT -m set --match-set evil src -j DROP", "COMMIT"], HostNames.Instance,
            "iptables-save", sets);

        Assert.That(
            rules.Chains.SelectMany(chain => chain.Rules).Single().Matches.Single(),
            Is.EqualTo(new AddressMatch(AddressRole.Source, ["198.51.100.7", "203.0.113.0/24"], false)));
    }

    [Test]
    public void A_set_with_exceptions_is_not_known() => Assert.That(
        RuleReader.Sets(
            ["create some hash:net family inet", "add some 203.0.113.0/24", "add some 203.0.113.7 nomatch"],
            HostNames.Instance, "ipset save"),
        Is.Empty);

    [TestCase("203.0.113.7", "203.0.113.7", true)]
    [TestCase("203.0.113.0/24", "203.0.113.255", true)]
    [TestCase("203.0.113.0/24", "203.0.114.0", false)]
    [TestCase("203.0.113.2-203.0.113.9", "203.0.113.9", true)]
    [TestCase("0.0.0.5/0.0.0.255", "203.0.113.5", true)]
    [TestCase("2001:db8::/32", "2001:db8::7", true)]
    [TestCase("0.0.0.0/0", "2001:db8::7", false)]
    public void It_can_be_asked_whether_an_address_is_meant(string text, string address, bool holds) =>
        Assert.That(LiteralAddresses.Holds(text, IPAddress.Parse(address)), Is.EqualTo(holds));

    private static Match? Only(string words) => RuleReader.Xtables(
            Layer.Iptables, ["*filter", $"-A INPUT {words} -j DROP", "COMMIT"], HostNames.Instance, "iptables-save")
        .Chains.SelectMany(chain => chain.Rules).Single().Matches.SingleOrDefault();
}
