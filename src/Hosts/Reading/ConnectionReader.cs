using System.Net;

namespace Hooktrail.Hosts.Reading;

/// <summary>
/// Reads the entries of conntrack as <c>/proc/net/nf_conntrack</c> and <c>conntrack -L -o extended</c> list them:
/// <c>ipv4 2 tcp 6 431999 ESTABLISHED src=… dst=… sport=… dport=… src=… dst=… sport=… dport=… [ASSURED] mark=0 use=1</c>
/// (net/netfilter/nf_conntrack_standalone.c, <c>ct_seq_show</c>).
/// </summary>
public static class ConnectionReader
{
    /// <summary>The part's name.</summary>
    public const string Part = "conntrack";

    // The script's last line where it left some out.
    private const string More = "more";

    /// <summary>The connections; null if they were not read, so nothing is known of them.</summary>
    /// <exception cref="HooktrailException">The part is not such a list.</exception>
    public static TrackedConnections? Of(Snapshot snapshot)
    {
        if (snapshot.Find(Part) is not { Succeeded: true, Lines: var lines })
            return null;
        var hasMore = lines is [.., More];
        return new(
            [.. (hasMore ? lines[..^1] : lines).Select((line, index) => Entry(line) ?? throw No(index))], hasMore);
    }

    private static TrackedConnection? Entry(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is not ["ipv4" or "ipv6", _, "tcp" or "udp", ..])
            return null;
        var values = words.Select(word => word.Split('=', 2)).Where(pair => pair.Length == 2).ToLookup(
            pair => pair[0], pair => pair[1]);
        if (Ends(values, 0) is not { } original || Ends(values, 1) is not { } reply
            || !uint.TryParse(
                values["mark"].FirstOrDefault("0"), NumberStyles.None, CultureInfo.InvariantCulture, out var mark)
            || !ushort.TryParse(
                values["zone"].Concat(values["zone-orig"]).FirstOrDefault("0"), NumberStyles.None,
                CultureInfo.InvariantCulture, out var zone))
            return null;
        return new(words[2] == "tcp" ? Protocol.Tcp : Protocol.Udp, original, reply)
        {
            Mark = mark,
            Zone = zone,
            IsOffloaded = words.Any(word => word is "[OFFLOAD]" or "[HW_OFFLOAD]"),
        };
    }

    private static ConnectionEnds? Ends(ILookup<string, string> values, int direction)
    {
        return End("src", "sport") is { } source && End("dst", "dport") is { } destination
            && source.AddressFamily == destination.AddressFamily
            ? new(source, destination)
            : null;

        IPEndPoint? End(string address, string port) =>
            IPAddress.TryParse(values[address].ElementAtOrDefault(direction), out var at)
            && ushort.TryParse(
                values[port].ElementAtOrDefault(direction), NumberStyles.None, CultureInfo.InvariantCulture,
                out var number)
                ? new(at, number)
                : null;
    }

    private static HooktrailException No(int index) => new(
        $"The snapshot's part \"{Part}\" is no list of connections: line {(index + 1).ToString(CultureInfo.InvariantCulture)} is none; write the snapshot again.");
}
