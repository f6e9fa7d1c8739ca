using System.Net;

namespace Hooktrail.Rules.Reading;

/// <summary>
/// An address, a network or a range of one IP version; both ends included. A mask with gaps is no range: then
/// <see cref="Holds"/> compares the bits of the mask.
/// </summary>
internal readonly record struct AddressRange(IPAddress First, IPAddress Last)
{
    private byte[]? Gaps { get; init; }

    public bool IsOne => First.Equals(Last);

    public bool IsMaskWithGaps => Gaps is not null;

    public bool IsAll => First.GetAddressBytes().All(one => one == 0) && Last.GetAddressBytes().All(one => one == 255);

    public bool Holds(IPAddress address) => Gaps is { } mask
        ? address.AddressFamily == First.AddressFamily
            && address.GetAddressBytes().Zip(mask, (one, bits) => (byte)(one & bits))
                .SequenceEqual(First.GetAddressBytes())
        : Compare(First, address) <= 0 && Compare(address, Last) <= 0;

    /// <summary>All addresses of the range; null if they are more than <paramref name="most"/>.</summary>
    public IEnumerable<IPAddress>? Each(int most)
    {
        var all = new List<IPAddress>();
        for (var next = First; Compare(next, Last) <= 0; next = After(next))
            if (all.Count == most)
                return null;
            else
                all.Add(next);
        return all;
    }

    /// <summary>
    /// Parses <c>172.18.0.2</c>, <c>172.18.0.0/16</c>, <c>172.18.0.0/255.255.0.0</c>, <c>0.0.0.5/0.0.0.255</c>,
    /// <c>fe80::/10</c> or <c>172.18.0.2-172.18.0.9</c>.
    /// </summary>
    public static bool TryParse(string text, out AddressRange range)
    {
        range = default;
        if (text.Split('-') is [var first, var last])
            return TryAddress(first, out var from)
                && TryAddress(last, out var to)
                && from.AddressFamily == to.AddressFamily
                && Make(from, to, out range);
        var slash = text.Split('/');
        if (slash.Length > 2 || !TryAddress(slash[0], out var address))
            return false;
        if (slash.Length == 1)
            return Make(address, address, out range);
        return TryMask(slash[1], address.GetAddressBytes().Length, out var mask) && Masked(address, mask, out range);
    }

    private static bool Make(IPAddress first, IPAddress last, out AddressRange range)
    {
        range = new(first, last);
        return true;
    }

    private static bool Masked(IPAddress address, byte[] mask, out AddressRange range)
    {
        var low = address.GetAddressBytes();
        var high = (byte[])low.Clone();
        for (var at = 0; at < low.Length; at++)
        {
            low[at] &= mask[at];
            high[at] = (byte)(low[at] | ~mask[at]);
        }

        range = new(new(low), new(high)) { Gaps = HasGaps(mask) ? mask : null };
        return true;
    }

    private static bool HasGaps(byte[] mask) =>
        string.Concat(mask.Select(one => one.ToString("b8", CultureInfo.InvariantCulture)))
            .Contains("01", StringComparison.Ordinal);

    private static bool TryMask(string text, int bytes, out byte[] mask)
    {
        mask = new byte[bytes];
        if (TryAddress(text, out var written))
        {
            mask = written.GetAddressBytes();
            return mask.Length == bytes;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > bytes * 8)
            return false;
        for (var bit = 0; bit < length; bit++)
            mask[bit / 8] |= (byte)(128 >> bit % 8);
        return true;
    }

    // IPAddress would parse "80" as an address; in a rule it is a port or a name.
    private static bool TryAddress(string text, out IPAddress address)
    {
        address = IPAddress.None;
        if (!(text.Contains(':') || text.Count(one => one == '.') == 3) || text.Contains('%') || text.Contains('['))
            return false;
        if (!IPAddress.TryParse(text, out var read))
            return false;
        address = read;
        return true;
    }

    private static IPAddress After(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        for (var at = bytes.Length - 1; at >= 0 && ++bytes[at] == 0; at--)
        {
        }

        return new(bytes);
    }

    // A rule is asked for many packets, so this makes no garbage.
    private static int Compare(IPAddress one, IPAddress other)
    {
        Span<byte> here = stackalloc byte[16], there = stackalloc byte[16];
        one.TryWriteBytes(here, out var length);
        other.TryWriteBytes(there, out var otherLength);
        return here[..length].SequenceCompareTo(there[..otherLength]);
    }
}
