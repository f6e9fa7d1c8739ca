using Hooktrail.Hosts.Reading;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Twins;

/// <summary>Which sockets of a topology the processes of its twin really have, by the kernel's own tables.</summary>
internal static class TwinSockets
{
    // «sl local_address rem_address st»: TCP_LISTEN and, of UDP, TCP_CLOSE (include/net/tcp_states.h).
    private static readonly ImmutableArray<(string Table, string State)> Tables =
        [("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")];

    /// <summary>
    /// The sockets of which the namespace has one with the port: a twin has one for each address of the host.
    /// </summary>
    /// <param name="sockets">What is to listen.</param>
    /// <param name="processId">A process of the namespace.</param>
    public static ImmutableArray<ListeningSocket> Found(ImmutableArray<ListeningSocket> sockets, int processId)
    {
        var there = SocketReader.Of(Tables.SelectMany(one => Lines(one.Table, one.State, processId)))
            .Select(one => (one.Protocol, one.Port))
            .ToHashSet();
        // Of other protocols a twin has no sockets, and no flow asks for them.
        return [.. sockets.Where(one => one.Protocol is not ("tcp" or "udp") || there.Contains((one.Protocol, one.Port)))];
    }

    private static IEnumerable<string> Lines(string table, string state, int processId)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/net/{table}");
        return !File.Exists(path) ? [] : File.ReadLines(path)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > 3 && fields[3] == state)
            .Select(fields => $"{table} {fields[1]}");
    }
}
