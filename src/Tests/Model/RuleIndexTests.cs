using Hooktrail.Model.Netfilter;
using static Hooktrail.Model.Tests.OwnHosts;

namespace Hooktrail.Model.Tests;

/// <summary>A packet is asked only the rules that it may match: no other would have matched.</summary>
public sealed class RuleIndexTests
{
    private static readonly string[] Devices = ["lo", "eth0", "br0", "va", "vb"];
    private static readonly string[] Addresses = ["10.0.0.1", "10.0.0.2", "198.51.100.2", "203.0.113.7", "fd00::2"];
    private static readonly string[] Networks = ["10.0.0.0/24", "203.0.113.0/25", "10.0.0.2", "fd00::/64", "0.0.0.0/0"];
    private static readonly Host Host = new(With(Usual));

    [Test]
    public void No_rule_that_matches_is_left_out([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        var chain = new RuleChain(
            new(Layer.Nftables, "inet t", "c"), Policy.None,
            [.. Enumerable.Range(1, 100).Select(number => new Rule($"{number}", Matches(random), new DropTarget()))]);
        var index = new RuleIndex(chain);
        var (asked, matching) = (0, 0);
        foreach (var _ in Enumerable.Range(0, 200))
        {
            var (packet, state) = (Packet(random), State(random));
            var candidates = index.Of(packet, in state);
            List<int> found = [];
            for (var at = candidates.From(0); at >= 0; at = candidates.From(at + 1))
                found.Add(at);
            var matches = Enumerable.Range(0, chain.Rules.Length)
                .Where(at => Matching.Of(chain.Rules[at], packet, in state) != Truth.No)
                .ToList();
            Assert.That(matches.Except(found), Is.Empty, $"of {packet.Source} to {packet.Destination}");
            Assert.That(found, Is.Ordered);
            (asked, matching) = (asked + found.Count, matching + matches.Count);
        }

        Assert.That(matching, Is.GreaterThan(100), "some rules have to match");
        Assert.That(asked, Is.LessThan(2 * matching), "and few others should be asked");
    }

    [TestCase(0, -1)]
    [TestCase(1, 0)]
    [TestCase(64, 63)]
    [TestCase(65, 64)]
    [TestCase(200, 199)]
    public void All_rules_are_found_to_the_last(int rules, int last)
    {
        var all = Candidates.All(rules);
        var found = Enumerable.Range(0, rules).Select(at => all.From(at));
        Assert.That(found, Is.EqualTo(Enumerable.Range(0, rules)));
        Assert.That((all.From(Math.Max(last, 0)), all.From(last + 1)), Is.EqualTo((last, -1)));
    }

    private static ImmutableArray<Match> Matches(Random random) =>
        [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Match(random, random.Next(4) == 0))];

    private static Match Match(Random random, bool negated) => random.Next(8) switch
    {
        0 => new DeviceMatch(DeviceRole.In, [One(random, [.. Devices, "v+"])], negated),
        1 => new DeviceMatch(DeviceRole.Out, [One(random, Devices)], negated),
        2 => new AddressMatch(AddressRole.Source, [One(random, Networks)], negated),
        3 => new AddressMatch(AddressRole.Destination, [One(random, Networks), One(random, Networks)], negated),
        4 => new AddressTypeMatch(AddressRole.Destination, One(random, ["LOCAL", "UNICAST", "BROADCAST"]), negated),
        5 => new ProtocolMatch(One(random, ["tcp", "udp", "icmp"]), negated),
        6 => new PortMatch(AddressRole.Destination, [new(80, 80 + random.Next(2))], negated),
        _ => new MarkMatch((uint)random.Next(2), 1, negated),
    };

    private static Packet Packet(Random random)
    {
        var packet = new Packet(
            Host, new(new Choices(unites: true)),
            new(One(random, [Kind.Tcp, Kind.Udp, Kind.EchoRequest]), One(random, [Family.IPv4, Family.IPv6])),
            new(One(random, Addresses), Address.AnyPort), new(One(random, Addresses), One(random, [80, 81, 443])))
        {
            Mark = (uint)random.Next(2),
            Encapsulation = One(random, [Encapsulation.None, Encapsulation.Vlan, Encapsulation.PPPoE]),
        };
        return random.Next(3) == 0 ? packet.Part(random.Next(1, 3), of: 2) : packet;
    }

    private static HookState State(Random random) => new(
        One(random, [Family.IPv4, Family.Bridge]), Hook.Forward, One(random, [.. Devices, null]),
        One(random, [.. Devices, null]), _ => { });

    private static T One<T>(Random random, T[] some) => some[random.Next(some.Length)];
}
