using Hooktrail.Hosts.Reading;
using Hooktrail.Stations;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Twins;

/// <summary>Which sockets of a topology the processes of its twin really have, by the kernel's own tables.</summary>
internal static class TwinSockets
{
    // «sl local_address rem_address st»: TCP_LISTEN and, of UDP, TCP_CLOSE (include/net/tcp_states.h).
    private static readonly ImmutableArray<(string Table, string State)> Tables =
        [("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")];

    // mapfile reads a file at once, where bash reads a pipe byte by byte.
    private const string Script =
        """for table in tcp tcp6 udp udp6; do [ ! -e /proc/net/$table ] || { mapfile -t lines </proc/net/$table; printf "$table %s\n" "${lines[@]}"; }; done""";

    /// <summary>
    /// The sockets of which the namespace has one with the port: a twin has one for each address of the host.
    /// </summary>
    /// <param name="sockets">What is to listen.</param>
    /// <param name="shell">The shell in the namespace.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<ImmutableArray<ListeningSocket>> FoundAsync(
        ImmutableArray<ListeningSocket> sockets, Shell shell, CancellationToken cancellation)
    {
        if (sockets.IsEmpty)
            return sockets;
        var lines = await shell.RunAsync("look who listens", Script, cancellation).ConfigureAwait(false);
        var there = SocketReader.Of(lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(fields => fields.Length > 4 && Tables.Contains((fields[0], fields[4])))
                .Select(fields => $"{fields[0]} {fields[2]}"))
            .Select(one => (one.Protocol, one.Port))
            .ToHashSet();
        // Of other protocols a twin has no sockets, and no flow asks for them.
        return [.. sockets.Where(one => one.Protocol is not ("tcp" or "udp") || there.Contains((one.Protocol, one.Port)))];
    }
}
