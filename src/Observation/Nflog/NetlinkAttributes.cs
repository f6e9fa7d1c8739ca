using System.Buffers.Binary;

namespace Hooktrail.Observation.Nflog;

/// <summary>The attributes of a netlink message; include/uapi/linux/netlink.h, struct nlattr.</summary>
internal static class NetlinkAttributes
{
    private const int HeaderSize = 4;

    /// <summary>Takes the first attribute off; null at the end.</summary>
    /// <param name="rest">The attributes; afterwards those behind the first.</param>
    /// <param name="isWhole">Whether the attribute's length fits.</param>
    public static (int Type, ReadOnlyMemory<byte> Content)? Next(ref ReadOnlyMemory<byte> rest, out bool isWhole)
    {
        isWhole = true;
        if (rest.Length < HeaderSize)
            return null;
        // Length and type are in the byte order of the kernel's machine; attributes' values are in network order.
        var length = BinaryPrimitives.ReadUInt16LittleEndian(rest.Span);
        var type = BinaryPrimitives.ReadUInt16LittleEndian(rest.Span[2..]) & 0x3FFF;
        isWhole = length >= HeaderSize && length <= rest.Length;
        if (!isWhole)
            return null;
        var content = rest[HeaderSize..length];
        rest = rest[Math.Min((length + 3) & ~3, rest.Length)..];
        return (type, content);
    }
}
