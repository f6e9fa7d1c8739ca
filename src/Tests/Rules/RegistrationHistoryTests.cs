using Hooktrail.Labs;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Tests.Rules;

/// <summary>What was registered first is read where the kernel lists it, else seen to come, else unknown.</summary>
public class RegistrationHistoryTests
{
    private const string Raw = "iptables raw PREROUTING", Mine = "nftables ip mine c", More = "nftables ip more c";

    private static readonly string[] OfRaw =
    [
        "table ip raw {", "\tchain PREROUTING {", "\t\ttype filter hook prerouting priority raw; policy accept;",
        "\t}", "}",
    ];

    [Test]
    public void What_is_there_at_the_first_reading_has_no_known_order() =>
        Assert.That(Steps(new(), [.. OfRaw, .. Table("mine")]), Is.EqualTo(new[] { $"{Raw}, {Mine}" }));

    [Test]
    public void What_comes_later_was_registered_later()
    {
        var history = new RegistrationHistory();

        Assert.That(Steps(history, Table("mine")), Is.Empty, "it shares its place with nothing");
        Assert.That(Steps(history, [.. Table("mine"), .. OfRaw]), Is.EqualTo(new[] { Mine, Raw }));
        Assert.That(
            Steps(history, [.. Table("mine"), .. OfRaw, .. Table("more")]), Is.EqualTo(new[] { Mine, Raw, More }));
    }

    [Test]
    public void Tables_of_one_change_were_registered_in_their_order()
    {
        var history = new RegistrationHistory();
        Steps(history, OfRaw);

        Assert.That(
            Steps(history, [.. OfRaw, .. Table("mine"), .. Table("more")]), Is.EqualTo(new[] { Raw, Mine, More }));
    }

    [Test]
    public void A_chain_that_comes_into_an_old_table_and_one_of_a_new_table_have_no_known_order()
    {
        var history = new RegistrationHistory();
        Steps(
            history,
            ["table ip mine {", "chain other {", "type filter hook forward priority 7; policy accept;", "}", "}"]);

        Assert.That(
            Steps(
                history,
                [
                    "table ip mine {", "chain other {", "type filter hook forward priority 7; policy accept;", "}",
                    .. Table("mine")[1..], .. Table("more"),
                ]),
            Is.EqualTo(new[] { $"{Mine}, {More}" }));
    }

    [Test]
    public void What_was_taken_away_and_comes_again_is_new()
    {
        var history = new RegistrationHistory();
        Steps(history, Table("mine"));
        Steps(history, [.. Table("mine"), .. Table("more")]);
        history.Keep(RuleReader.Nftables(Table("more"), TestHost.Instance, "test"));

        Assert.That(Steps(history, [.. Table("mine"), .. Table("more")]), Is.EqualTo(new[] { More, Mine }));
    }

    [Test]
    public void Chains_of_a_dormant_table_and_Hooktrails_own_are_not_counted()
    {
        string[] dormant = [Table("more")[0], "flags dormant", .. Table("more")[1..]];

        Assert.That(Steps(new(), [.. Table("mine"), .. dormant, .. Table("hooktrail-abcde-nflog")]), Is.Empty);
    }

    [Test]
    public void The_kernels_list_decides_also_at_the_first_reading()
    {
        var listed = HookListing.Parse("""
            family ip {
                hook prerouting {
                    -0000000300 chain ip hooktrail-abcde-nflog c [nf_tables]
                    -0000000300 chain ip more c [nf_tables]
                    -0000000300 chain ip raw PREROUTING [nf_tables]
                    -0000000300 chain ip mine c [nf_tables]
                }
            }
            nftables v1.1.7
            """.Split('\n'));

        var order = Look(new(), [.. OfRaw, .. Table("mine"), .. Table("more")], listed);

        Assert.That(order.Steps.Select(step => string.Join(", ", step)), Is.EqualTo(new[] { Mine, Raw, More }));
        Assert.That(order.IsListed, Is.True);
    }

    [Test]
    public void A_list_that_contradicts_what_was_seen_to_come_is_not_trusted()
    {
        var history = new RegistrationHistory();
        Steps(history, OfRaw);
        ImmutableArray<Registration> listed =
        [
            .. new HookPoint[] { new(Layer.Iptables, "raw", "PREROUTING"), new(Layer.Nftables, "ip mine", "c") }
                .Select(point => new Registration("ip", "prerouting", -300, point.ToString()) { Points = [point] }),
        ];

        var order = Look(history, [.. OfRaw, .. Table("mine")], listed);

        Assert.That(order.Steps.Select(step => string.Join(", ", step)), Is.EqualTo(new[] { Raw, Mine }));
        Assert.That(order.IsListed, Is.False);
    }

    [TestCase("br_nf_forward", "bridge", "forward", 0, RegistrationOrder.BrNetfilter)]
    [TestCase("ipv4_conntrack_in", "ip", "prerouting", -200, RegistrationOrder.Conntrack)]
    [TestCase("ipv6_conntrack_in", "ip6", "prerouting", -200, RegistrationOrder.Conntrack6)]
    [TestCase("nf_nat_ipv4_pre_routing", "ip", "prerouting", -100, RegistrationOrder.Nat)]
    [TestCase("ipt_do_table", "ip", "prerouting", -300, "nftables ip iptables-legacy-raw PREROUTING")]
    [TestCase("ip6t_do_table", "ip6", "forward", 0, "nftables ip6 ip6tables-legacy-filter FORWARD")]
    public void Functions_of_the_kernel_are_in_the_list_too(
        string function, string family, string hook, int priority, string name)
    {
        string[] table =
        [
            $"table {family} mine {{", "chain c {", $"type filter hook {hook} priority {priority}; policy accept;", "}", "}",
        ];
        var chain = new HookPoint(Layer.Nftables, $"{family} mine", "c");
        ImmutableArray<Registration> listed =
        [
            new(family, hook, priority, chain.ToString()) { Points = [chain] }, new(family, hook, priority, function),
        ];

        Assert.That(
            Look(new(), table, listed, legacy: name.Contains("legacy")).Steps.SelectMany(step => step),
            Is.EqualTo(new[] { name, chain.ToString() }));
    }

    [Test]
    public void Conntrack_comes_with_the_rules_of_a_chain_and_so_after_it()
    {
        var history = new RegistrationHistory();
        string[] table =
            ["table ip mine {", "chain c {", "type filter hook prerouting priority -200; policy accept;", "}", "}"];
        Look(history, [], [], tracks: false);

        Assert.That(
            Look(history, table, []).Steps.Select(step => string.Join(", ", step)),
            Is.EqualTo(new[] { "nftables ip mine c", RegistrationOrder.Conntrack }));
    }

    [Test]
    public void A_table_of_the_other_backend_has_the_name_under_which_it_is_read()
    {
        var profile = HostProfile.Default with
        {
            Iptables = Backend.Legacy,
            Rules = RuleReader.Nftables(
                [
                    "table ip iptables-nft-raw {", "chain PREROUTING {",
                    "type filter hook prerouting priority -300; policy accept;", "}", "}",
                ],
                TestHost.Instance,
                "test"),
        };

        Assert.That(
            new RegistrationHistory().Look(
                profile, OfRaw, [HookPoints.Parse("iptables", "raw", "PREROUTING")], []).Steps
                .SelectMany(step => step),
            Is.EquivalentTo(new[] { Raw, "nftables ip iptables-nft-raw PREROUTING" }));
    }

    private static string[] Table(string name) =>
        [$"table ip {name} {{", "chain c {", "type filter hook prerouting priority -300; policy accept;", "}", "}"];

    private static IEnumerable<string> Steps(RegistrationHistory history, string[] ruleset) =>
        Look(history, ruleset, []).Steps.Select(step => string.Join(", ", step));

    private static RegistrationOrder Look(
        RegistrationHistory history, string[] ruleset, ImmutableArray<Registration> listed, bool tracks = true,
        bool legacy = false) =>
        history.Look(
            HostProfile.Default with
            {
                Conntrack = tracks,
                Conntrack6 = tracks,
                Rules = RuleReader.Nftables([.. ruleset, .. legacy ? Legacy : []], TestHost.Instance, "test"),
            },
            ruleset, [], listed);

    // As the rules of iptables-legacy are read on a host with iptables-nft.
    private static readonly string[] Legacy =
    [
        "table ip iptables-legacy-raw {", "chain PREROUTING {",
        "type filter hook prerouting priority -300; policy accept;", "}", "}",
        "table ip6 ip6tables-legacy-filter {", "chain FORWARD {",
        "type filter hook forward priority 0; policy accept;", "}", "}",
    ];
}
