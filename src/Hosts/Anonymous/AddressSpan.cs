using System.Net;
using System.Net.Sockets;

namespace Hooktrail.Hosts.Anonymous;

/// <summary>Addresses of one IP version from the first to the last, as numbers.</summary>
internal readonly record struct AddressSpan(UInt128 First, UInt128 Last)
{
    public UInt128 Size => Last - First + UInt128.One;

    public bool IsOne => First == Last;

    public bool Holds(AddressSpan other) => First <= other.First && other.Last <= Last;

    public bool Meets(AddressSpan other) => First <= other.Last && other.First <= Last;

    /// <summary>The lower and the upper half of a prefix.</summary>
    public (AddressSpan Lower, AddressSpan Upper) Halves()
    {
        var half = (Last - First) >> 1;
        return (new(First, First + half), new(First + half + UInt128.One, Last));
    }

    public static AddressSpan Of(IPAddress address) => new(Number(address), Number(address));

    public static AddressSpan Of(IPAddress address, int length)
    {
        var rest = Bits(address.AddressFamily) - length;
        var hosts = (UInt128.One << rest) - UInt128.One;
        var number = Number(address);
        return new(number & ~hosts, number | hosts);
    }

    /// <summary>Reads <c>192.0.2.0/24</c>.</summary>
    public static AddressSpan Of(string prefix) => prefix.Split('/') is [var address, var length]
        ? Of(IPAddress.Parse(address), int.Parse(length, CultureInfo.InvariantCulture))
        : Of(IPAddress.Parse(prefix));

    public static int Bits(AddressFamily family) => family == AddressFamily.InterNetwork ? 32 : 128;

    public static UInt128 Number(IPAddress address) =>
        address.GetAddressBytes().Aggregate(UInt128.Zero, (number, one) => (number << 8) | one);

    public static IPAddress Address(UInt128 number, AddressFamily family)
    {
        var bytes = new byte[Bits(family) / 8];
        for (var at = bytes.Length - 1; at >= 0; at--, number >>= 8)
            bytes[at] = (byte)number;
        return new(bytes);
    }
}
