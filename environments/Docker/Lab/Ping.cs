using System.Globalization;
using System.Net;

namespace Hooktrail.Docker.Lab;

/// <summary>The ping command of iputils.</summary>
internal static class Ping
{
    /// <summary>
    /// So many echo requests as one connection. <c>-A</c>: the next one goes when the answer is there, so that no two packets are on
    /// their way at once; <c>-Q</c> marks them. Ends after the answers, or 2 seconds after the last request at most.
    /// </summary>
    public static string Command(IPAddress? source, IPAddress destination, int packets, byte tos) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"ping -n -A -c {packets} -W 2 -w 5 -Q 0x{tos:x2} {(source is null ? "" : $"-I {source} ")}{destination}");
}
