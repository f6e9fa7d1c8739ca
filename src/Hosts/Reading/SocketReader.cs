using System.Net;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Hosts.Reading;

/// <summary>
/// Reads sockets as the kernel writes them in <c>/proc/net/tcp</c> and its relatives: <c>tcp 0100007F:0050</c>. An
/// address is a row of words of four bytes, each in the machine's order (net/ipv4/tcp_ipv4.c, get_openreq4).
/// </summary>
public static class SocketReader
{
    public static ImmutableArray<ListeningSocket> Of(IEnumerable<string> lines) =>
        [.. lines.Select(Socket).OfType<ListeningSocket>().Distinct()];

    public static string Hex(IPAddress address) => Convert.ToHexString(InWords(address.GetAddressBytes()));

    private static ListeningSocket? Socket(string line) =>
        line.Split(' ', ':') is [var protocol, { Length: 8 or 32 } address, var port]
            && int.TryParse(port, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var number)
            && number <= ushort.MaxValue
            && Address(address) is { } found
                ? new(protocol.TrimEnd('6'), found, number)
                : null;

    public static IPAddress? Address(string hex)
    {
        try
        {
            return new(InWords(Convert.FromHexString(hex)));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    // All machines that Docker runs on today, but for s390x, are little-endian.
    private static byte[] InWords(byte[] bytes)
    {
        for (var word = 0; word < bytes.Length; word += 4)
            Array.Reverse(bytes, word, 4);
        return bytes;
    }
}
