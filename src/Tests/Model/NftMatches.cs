using static Hooktrail.Model.Tests.Walks;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Model.Tests;

/// <summary>What a rule of nft at FORWARD decides about an echo request from client to wan.</summary>
public class NftMatches
{
    // An unknown part makes a disjunction unknown only where the rest leaves it open.
    [TestCase("meta l4proto . meta skuid { tcp . 1, udp . 2 } drop", OutcomeKind.Delivered)]
    [TestCase("meta l4proto . meta skuid { tcp . 1, icmp . 2 } drop", OutcomeKind.Unknown)]
    [TestCase("meta l4proto . meta skuid != { tcp . 1, udp . 2 } drop", OutcomeKind.Dropped)]
    [TestCase("meta l4proto . meta skuid != { tcp . 1, icmp . 2 } drop", OutcomeKind.Unknown)]
    [TestCase("meta l4proto . ip saddr { tcp . client, icmp . lab } drop", OutcomeKind.Dropped)]
    [TestCase("meta l4proto . ip saddr { icmp . server } drop", OutcomeKind.Delivered)]
    // Nobody knows what a sender writes; but it is 0, or a lab's mark.
    [TestCase("ip dscp ef drop", OutcomeKind.Delivered)]
    [TestCase("ip dscp cs0 drop", OutcomeKind.Unknown)]
    [TestCase("ip dscp != ef drop", OutcomeKind.Dropped)]
    [TestCase("meta length 0-27 drop", OutcomeKind.Delivered)]
    [TestCase("meta length >= 28 drop", OutcomeKind.Dropped)]
    [TestCase("meta length 60 drop", OutcomeKind.Unknown)]
    // An echo has no port; its type and code are where others have it.
    [TestCase("ct original proto-dst 2048 drop", OutcomeKind.Dropped)]
    [TestCase("ct original proto-dst 80 drop", OutcomeKind.Delivered)]
    [TestCase("ct original proto-src 80 drop", OutcomeKind.Unknown)]
    [TestCase("ct reply proto-dst 0 drop", OutcomeKind.Dropped)]
    // Only what was answered can be assured, and echoes never are.
    [TestCase("ct status assured drop", OutcomeKind.Delivered)]
    [TestCase("ct mark 0x0 drop", OutcomeKind.Dropped)]
    [TestCase("ct mark != 0x0 drop", OutcomeKind.Delivered)]
    [TestCase("vlan id 5 drop", OutcomeKind.Delivered)]
    [TestCase("exthdr frag missing drop", OutcomeKind.Delivered)] // IPv4
    public void Decide(string rule, OutcomeKind outcome) =>
        Assert.That(Request(Client, Wan, Host($"chain c {{\n{Forward}\n{rule}\n}}")).Outcome.Kind, Is.EqualTo(outcome));

    [TestCase("ct mark 0x0 drop")]
    [TestCase("ct mark != 0x5 drop")]
    [TestCase("ct direction original drop")]
    [TestCase("ct direction != reply drop")]
    [TestCase("ct original ip saddr != server drop")]
    [TestCase("ct status ! dnat drop")]
    public void Without_a_connection_no_match_on_one_holds_negated_or_not(string rule)
    {
        const string untracked = "chain u {\ntype filter hook prerouting priority -300\nnotrack\n}\n";
        var chain = $"chain c {{\n{Forward}\n{rule}\n}}";

        Assert.That(Request(Client, Wan, Host(untracked + chain)).Outcome.Kind, Is.EqualTo(OutcomeKind.Delivered));
        Assert.That(Request(Client, Wan, Host(chain)).Outcome.Kind, Is.EqualTo(OutcomeKind.Dropped));
    }

    private const string Forward = "type filter hook forward priority 5";

    private static HostProfile Host(string chains) => Hosts.Open with
    {
        Rules = RuleText.Read(Layer.Nftables, ["table inet t {", .. chains.Split('\n'), "}"], "the test"),
    };
}
