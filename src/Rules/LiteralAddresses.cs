using System.Net;
using System.Runtime.CompilerServices;
using Hooktrail.Rules.Reading;

namespace Hooktrail.Rules;

/// <summary>
/// Addresses, networks and ranges of a rule as they are written: <c>172.18.0.2</c>, <c>172.18.0.0/16</c>,
/// <c>172.18.0.2-172.18.0.9</c>, and masks with gaps. The rules of a user's host have them in place of a lab's names.
/// </summary>
public static class LiteralAddresses
{
    // A rule is asked for each packet.
    private static readonly ConditionalWeakTable<AddressMatch, AddressRange[]> Ranges = [];

    /// <summary>Whether the match names the address, negated or not.</summary>
    public static bool Names(AddressMatch match, IPAddress address)
    {
        foreach (var range in Ranges.GetValue(match, Parse))
            if (range.First.AddressFamily == address.AddressFamily && range.Holds(address))
                return true;
        return false;
    }

    /// <summary>Whether an address, a network or a range has the address in it.</summary>
    public static bool Holds(string text, IPAddress address) =>
        AddressRange.TryParse(text, out var range)
        && range.First.AddressFamily == address.AddressFamily
        && range.Holds(address);

    private static AddressRange[] Parse(AddressMatch match) =>
    [
        .. from text in match.Addresses
           let range = AddressRange.TryParse(text, out var parsed) ? parsed : (AddressRange?)null
           where range is not null
           select range.Value,
    ];

    /// <summary>Null if a part is no address.</summary>
    internal static AddressMatch? MatchOf(string listed, AddressRole role, bool negated)
    {
        var (found, any) = (new List<string>(), false);
        foreach (var part in listed.Split(','))
            if (AddressRange.TryParse(part, out var range))
            {
                any |= range.IsAll;
                found.Add(Text(range, part));
            }
            else
            {
                return null;
            }

        // A match of any address holds for every packet, so its negation holds for none.
        return any ? new(role, [], !negated) : new(role, [.. found.Distinct(StringComparer.Ordinal)], negated);
    }

    /// <summary>The same text for what tools write in several ways; a mask with gaps stays as it is written.</summary>
    internal static string Text(AddressRange range, string written)
    {
        if (range.IsOne)
            return range.First.ToString();
        if (range.IsMaskWithGaps)
            return written;
        var (first, last) = (range.First.GetAddressBytes(), range.Last.GetAddressBytes());
        var same = 0;
        while (same < first.Length * 8 && Bit(first, same) == Bit(last, same))
            same++;
        return Enumerable.Range(same, first.Length * 8 - same).All(at => !Bit(first, at) && Bit(last, at))
            ? string.Create(CultureInfo.InvariantCulture, $"{range.First}/{same}")
            : $"{range.First}-{range.Last}";
    }

    private static bool Bit(byte[] bytes, int at) => (bytes[at / 8] & (0x80 >> (at % 8))) != 0;
}
