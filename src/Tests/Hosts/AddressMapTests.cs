using System.Net;
using System.Net.Sockets;
using FsCheck;
using FsCheck.Fluent;
using Hooktrail.Hosts.Anonymous;

namespace Hooktrail.Tests.Hosts;

/// <summary>
/// Of all networks, ranges and addresses of a snapshot, one is within another afterwards exactly if it was before.
/// </summary>
public class AddressMapTests
{
    private static readonly AddressSpan[] Documentation =
    [
        .. new[] { "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15", "2001:db8::/32", "3fff::/20" }
            .Select(AddressSpan.Of),
    ];

    // Near to each other, so that many are within others; private and documentation among them.
    private static readonly Gen<uint> Numbers = Gen.OneOf(
        from low in Gen.Choose(0, 1 << 12) select 0x0509_0000u + (uint)low,
        from low in Gen.Choose(0, int.MaxValue) select (uint)low,
        from low in Gen.Choose(0, 1 << 10) select 0xC0A8_0000u + (uint)low,
        from low in Gen.Choose(0, 255) select 0xCB00_7100u + (uint)low,
        from low in Gen.Choose(0, 1 << 16) select 0xC000_0000u + (uint)low);

    private static readonly Gen<Item[]> Items4 = Gen.OneOf(
        from number in Numbers select Item.Of(new UInt128(0, number), 32, AddressFamily.InterNetwork),
        from number in Numbers
        from length in Gen.Choose(2, 32)
        select Item.Of(new UInt128(0, number), length, AddressFamily.InterNetwork),
        from number in Numbers
        from more in Gen.Choose(0, 2000)
        select new Item(new(number, new UInt128(0, number) + (UInt128)Math.Min((uint)more, uint.MaxValue - number)), null)).ArrayOf();

    private static readonly Gen<Item[]> Items6 = (
        from high in Gen.Elements(0x2A01_04F8_0000_0000UL, 0x2A01_04F8_0001_0000UL, 0xFD00_0000_0000_0000UL, 0x2001_0DB8_0000_0000UL)
        from middle in Gen.Choose(0, 3)
        from low in Gen.Choose(0, 40)
        from length in Gen.Elements(128, 128, 127, 124, 64, 56, 48, 32, 20)
        select Item.Of(new UInt128(high | (uint)middle, (ulong)low), length, AddressFamily.InterNetworkV6)).ArrayOf();

    [Test]
    public void Of_IPv4() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(400),
        Prop.ForAll(Items4.ToArbitrary(), items => Keeps(items, AddressFamily.InterNetwork)));

    [Test]
    public void Of_IPv6() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(200),
        Prop.ForAll(Items6.ToArbitrary(), items => Keeps(items, AddressFamily.InterNetworkV6)));

    [Test]
    public void Within_half_of_all_addresses_it_stays_there()
    {
        // A VPN's routes: of the documentation addresses none is in the lower half.
        Item[] items = [ItemOf("0.0.0.0/1"), ItemOf("128.0.0.0/1"), ItemOf("5.9.1.2"), ItemOf("185.1.2.3"), ItemOf("10.0.0.0/8")];

        Assert.That(Keeps(items, AddressFamily.InterNetwork));
    }

    [Test]
    public void A_networks_first_and_last_address_stay_such()
    {
        var map = Map([ItemOf("5.9.1.0/24"), ItemOf("5.9.1.0"), ItemOf("5.9.1.1"), ItemOf("5.9.1.255")]);
        var (address, length) = map.Network(IPAddress.Parse("5.9.1.1"), 24);
        var network = AddressSpan.Of(address, length);

        Assert.That(AddressSpan.Of(map.Address(IPAddress.Parse("5.9.1.0"))).First, Is.EqualTo(network.First));
        Assert.That(AddressSpan.Of(map.Address(IPAddress.Parse("5.9.1.255"))).First, Is.EqualTo(network.Last));
        Assert.That(length, Is.EqualTo(24), "where there is room, a network keeps its size");
    }

    [Test]
    public void A_long_blocklist_has_room()
    {
        var items = Enumerable.Range(0, 20_000).Select(number => Item.Of(
            new UInt128(0, 0x0500_0000u + (uint)number * 77), 32, AddressFamily.InterNetwork)).ToArray();
        var map = Map(items);

        Assert.That(
            items.Select(item => map.Address(AddressSpan.Address(item.Span.First, AddressFamily.InterNetwork))).Distinct().Count(),
            Is.EqualTo(items.Length));
    }

    [Test]
    public void What_has_no_documentation_address_in_the_same_relations_is_refused() => Assert.That(
        () => Map([ItemOf("8.0.0.0/6"), ItemOf("8.8.8.8")]),
        Throws.TypeOf<HooktrailException>().With.Message.EqualTo(
            "The snapshot cannot be anonymized: there are no documentation addresses that stand to its other networks as 8.8.8.8 does; write one without --anonymize."));

    private static bool Keeps(Item[] items, AddressFamily family)
    {
        AddressMap map;
        try
        {
            map = Map(items, family);
        }
        catch (HooktrailException)
        {
            // Only a network that holds private and public addresses may leave no room.
            var none = AddressMap.Of(family, [], []);
            return items.Any(item => !none.IsPublic(item.Span) && Sample(item.Span).Any(none.IsPublic));
        }

        var pairs = items.Select(item => (From: item.Span, To: item.Mapped(map, family))).Distinct().ToList();
        return pairs.TrueForAll(one => !map.IsPublic(one.From) || one.To == one.From || IsDocumentation(one.To, family))
            && pairs.TrueForAll(one => map.IsPublic(one.From) || one.To == one.From)
            && pairs.TrueForAll(one => pairs.TrueForAll(other =>
                one.From.Holds(other.From) == one.To.Holds(other.To)
                && one.From.Meets(other.From) == one.To.Meets(other.To)));
    }

    // Every address of a small span, and some of a large one.
    private static IEnumerable<AddressSpan> Sample(AddressSpan span)
    {
        var step = UInt128.Max(1, span.Size / 4096);
        return Enumerable.Range(0, (int)(span.Size / step))
            .Select(at => span.First + step * (UInt128)at)
            .Select(address => new AddressSpan(address, address));
    }

    // Of IPv4 in half of all addresses those of carriers' NAT too.
    private static bool IsDocumentation(AddressSpan span, AddressFamily family) =>
        Documentation.Any(one => one.Holds(span))
        || family == AddressFamily.InterNetwork && AddressSpan.Of("100.64.0.0/10").Holds(span);

    private static AddressMap Map(Item[] items, AddressFamily family = AddressFamily.InterNetwork) => AddressMap.Of(
        family,
        items.Where(item => item.Length is not null).Select(item => item.Span),
        items.Where(item => item.Length is null).Select(item => item.Span));

    private static Item ItemOf(string prefix)
    {
        var span = AddressSpan.Of(prefix);
        var length = prefix.Contains('/') ? int.Parse(prefix.Split('/')[1], CultureInfo.InvariantCulture) : 32;
        return new(span, length);
    }

    /// <summary>A network, or without a length a range.</summary>
    private sealed record Item(AddressSpan Span, int? Length)
    {
        public static Item Of(UInt128 number, int length, AddressFamily family) =>
            new(AddressSpan.Of(AddressSpan.Address(number, family), length), length);

        public IPAddress Address(AddressFamily family) => AddressSpan.Address(Span.First, family);

        public AddressSpan Mapped(AddressMap map, AddressFamily family)
        {
            if (Length is not { } length)
                return map.IsPublic(Span)
                    ? new(Number(Span.First), Number(Span.Last))
                    : Span;
            var (address, bits) = map.Network(Address(family), length);
            return AddressSpan.Of(address, bits);

            UInt128 Number(UInt128 of) => AddressSpan.Number(map.Address(AddressSpan.Address(of, family)));
        }
    }
}
