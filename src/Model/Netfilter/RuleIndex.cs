using System.Numerics;
using Hooktrail.Model.Network;

namespace Hooktrail.Model.Netfilter;

/// <summary>
/// Which rules of a chain a packet may match, as far as its devices, addresses, protocol and port tell. A chain may
/// have a rule for each container or address, of which a packet matches few. For each value that such a field of a
/// packet has had, there is a set of bits, one for each rule: whether the rule's matches on that field hold. A packet
/// may match the rules that the sets of all its fields have (the bit vectors of Lakshman and Stiliadis, SIGCOMM 1998).
/// </summary>
/// <param name="chain">
/// A chain of one host: whether a match names an address depends on the host's names.
/// </param>
internal sealed class RuleIndex(RuleChain chain)
{
    private readonly Field<string> _in = new(chain, match => match is DeviceMatch { Role: DeviceRole.In });

    private readonly Field<string> _out = new(chain, match => match is DeviceMatch { Role: DeviceRole.Out });

    private readonly Field<string> _source = new(
        chain, match => match is AddressMatch { Role: AddressRole.Source } or AddressTypeMatch { Role: AddressRole.Source });

    private readonly Field<string> _destination = new(
        chain,
        match => match is AddressMatch { Role: AddressRole.Destination }
            or AddressTypeMatch { Role: AddressRole.Destination });

    private readonly Field<(string, int)> _service = new(
        chain, match => match is ProtocolMatch or PortMatch { Role: AddressRole.Destination });

    /// <summary>The rules that the packet may match; it matches no other.</summary>
    public Candidates Of(Packet packet, in HookState state) => new(
        chain.Rules.Length,
        _in.Of(state.In ?? "", packet, in state),
        _out.Of(state.Out ?? "", packet, in state),
        _source.Of(packet.Source.Name, packet, in state),
        _destination.Of(packet.Destination.Name, packet, in state),
        // Protocol and port of these depend on more than the two.
        packet is { Fragment: null, Encapsulation: not Encapsulation.PPPoE }
            ? _service.Of((packet.Content.Protocol, packet.Destination.Port), packet, in state)
            : null);

    /// <summary>Matches on one field of a packet, whose answer depends on its value alone.</summary>
    private sealed class Field<TValue>
        where TValue : notnull
    {
        private readonly (int Rule, Match Match)[] _matches;
        private readonly int _words;
        private readonly Memory<TValue, ulong[]> _known = new(most: 2_000);

        public Field(RuleChain chain, Func<Match, bool> isOf)
        {
            _words = (chain.Rules.Length + 63) / 64;
            _matches =
            [
                .. chain.Rules.SelectMany((rule, index) => rule.Matches.Where(isOf).Select(match => (index, match))),
            ];
        }

        /// <summary>A bit for each rule; null where no rule asks.</summary>
        public ulong[]? Of(TValue value, Packet packet, in HookState state)
        {
            if (_matches.Length == 0)
                return null;
            if (_known.TryRecall(value, out var known))
                return known;
            var bits = new ulong[_words];
            Array.Fill(bits, ulong.MaxValue);
            foreach (var (rule, match) in _matches)
                if (Matching.Of(match, packet, in state) == Truth.No)
                    bits[rule / 64] &= ~(1UL << (rule % 64));
            return _known.Keep(value, bits);
        }
    }
}

/// <summary>Rules of a chain: those that are in every set; null is the set of all.</summary>
internal readonly struct Candidates(int rules, ulong[]? a, ulong[]? b, ulong[]? c, ulong[]? d, ulong[]? e)
{
    public static Candidates All(int rules) => new(rules, null, null, null, null, null);

    /// <summary>The first at that index or behind it; -1 if there is none.</summary>
    public int From(int index)
    {
        for (var word = index / 64; word * 64 < rules; word++)
        {
            var bits = At(a, word) & At(b, word) & At(c, word) & At(d, word) & At(e, word);
            if (word == index / 64)
                bits &= ulong.MaxValue << (index % 64);
            if (bits == 0)
                continue;
            var found = word * 64 + BitOperations.TrailingZeroCount(bits);
            return found < rules ? found : -1;
        }

        return -1;
    }

    private static ulong At(ulong[]? set, int word) => set is null ? ulong.MaxValue : set[word];
}
