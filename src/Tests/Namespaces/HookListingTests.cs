using Hooktrail.Labs;

namespace Hooktrail.Tests.Namespaces;

/// <summary>What the kernel lists of its hooks becomes registrations with the hook points of their chains.</summary>
public sealed class HookListingTests
{
    // As nft prints it (nft, src/mnl.c, mnl_nft_dump_nf_hooks): priorities padded, a sign or a blank before them, the
    // module in brackets.
    private const string Listing = """
        family ip {
        	hook prerouting {
        		-0000000400 ipv4_conntrack_defrag [nf_defrag_ipv4]
        		-0000000300 chain ip raw PREROUTING [nf_tables]
        		-0000000200 ipv4_conntrack_in [nf_conntrack]
        		 0000000000 chain inet mine early [nf_tables]
        		+2147483647 nf_confirm [nf_conntrack]
        	}
        }
        family bridge {
        	hook forward {
        		-0000000200 chain bridge filter FORWARD [nf_tables]
        	}
        }
        family netdev {
        	hook ingress device eth0 {
        		 0000000010 chain netdev watch all [nf_tables]
        	}
        }
        """;

    [Test]
    public void Each_line_is_a_registration_in_the_order_in_which_they_run()
    {
        var hooks = HookListing.Parse(Listing.Split('\n'));

        Assert.That(
            hooks.Select(
                one => $"{one.Family} {one.Hook} {one.Priority} {one.What} {one.Module} {one.Device}".TrimEnd()),
            Is.EqualTo(new[]
            {
                "ip prerouting -400 ipv4_conntrack_defrag nf_defrag_ipv4",
                "ip prerouting -300 iptables raw PREROUTING nf_tables",
                "ip prerouting -200 ipv4_conntrack_in nf_conntrack",
                "ip prerouting 0 nftables inet mine early nf_tables",
                "ip prerouting 2147483647 nf_confirm nf_conntrack",
                "bridge forward -200 ebtables filter FORWARD nf_tables",
                "netdev ingress 10 nftables netdev watch all nf_tables eth0",
            }));
        Assert.That(hooks[1].Points, Is.EqualTo(new[] { HookPoints.Parse("iptables", "raw", "PREROUTING") }));
        Assert.That(hooks[0].Points, Is.Empty);
    }

    [TestCase("nftables v1.0.6 (Lester Gooch #5)", new[] { "a", "d", "c", "b" })]
    [TestCase("nft=nftables v1.1.6 (Commodore Bullmoose #7)", new[] { "a", "d", "c", "b" })]
    [TestCase("nftables v1.1.7", new[] { "a", "b", "c", "d" })]
    [TestCase("", new string[0])]
    public void Of_those_with_one_priority_older_versions_of_nft_print_all_but_the_first_from_last_to_second(
        string version, string[] order) =>
        Assert.That(Chains(version, "a", "b", "c", "d"), Is.EqualTo(order));

    [Test]
    public void Two_with_one_priority_are_in_their_order_in_every_version() =>
        Assert.That(Chains("", "a", "b"), Is.EqualTo(new[] { "a", "b" }));

    private static IEnumerable<string> Chains(string version, params string[] printed) => HookListing
        .Parse(
        [
            version, "family ip {", "\thook forward {",
            .. printed.Select(name => $"\t\t 0000000000 chain ip mine {name} [nf_tables]"), "\t}", "}",
        ])
        .Select(one => one.Points.Single().Chain);

    [Test]
    public void A_kernel_that_lists_nothing_is_said_so()
    {
        var facts = HostFacts.Parse(["kernel=6.1.0", "hooktrail: hooks"], new Fact("lab", "Docker"));

        Assert.That(facts.Hooks, Is.Empty);
        Assert.That(facts.Facts, Is.EqualTo(new[]
        {
            new Fact("lab", "Docker"), new Fact("kernel", "6.1.0"),
            new Fact("nft list hooks", "this kernel does not list its hooks (CONFIG_NETFILTER_NETLINK_HOOK)"),
        }));
    }
}
