namespace Hooktrail.Observation;

/// <summary>
/// What ebt_log prints after its prefix (net/bridge/netfilter/ebt_log.c), with <c>--log-ip</c>, <c>--log-ip6</c> or <c>--log-arp</c>:
/// <c> IN=v1 OUT= MAC source = … MAC dest = … proto = 0x0800 IP SRC=… IP DST=…, IP tos=0x04, IP proto=1</c>.
/// It is written piece by piece, and another CPU's record may come between two pieces.
/// </summary>
internal static class EbtLogFormat
{
    /// <summary>What the first piece of every line of ebt_log holds, and xt LOG never.</summary>
    public const string Marker = " MAC source = ";

    /// <summary>Whether a text can be the piece that follows the first one.</summary>
    public static bool IsSecondPiece(ReadOnlySpan<char> text) =>
        text.StartsWith(" IP SRC=") || text.StartsWith(" IPv6 SRC=") || text.StartsWith(" ARP HTYPE=");

    public static Sighting Read(Sighting head, ReadOnlySpan<char> text)
    {
        var etherType = (int?)LogFields.Hex(After(text, " proto = ", ' '));
        var common = head with
        {
            In = LogFields.Name(After(text, " IN=", ' ')),
            Out = LogFields.Name(After(text, " OUT=", ' ')),
            MacSource = LogFields.Name(After(text, Marker, ' ')),
            MacDestination = LogFields.Name(After(text, " MAC dest = ", ' ')),
            EtherType = etherType,
        };
        return etherType switch
        {
            0x0800 => Ip(common, text, " IP SRC=", " IP DST=", " IP tos=", " IP proto="),
            0x86DD => Ip(common, text, " IPv6 SRC=", " IPv6 DST=", " IPv6 priority=", " Next Header="),
            0x0806 or 0x8035 => Arp(common, text),
            _ => common with { IsComplete = etherType is not null },
        };
    }

    private static Sighting Ip(Sighting common, ReadOnlySpan<char> text, string source, string destination, string tos, string protocol)
    {
        var ip = common with
        {
            Source = LogFields.Address(After(text, source, ' ')),
            Destination = LogFields.Address(After(text, destination, ',')),
            Tos = (byte)(LogFields.Hex(After(text, tos, ',')) ?? 0),
            Protocol = LogFields.Name(After(text, protocol, ' ')),
            SourcePort = LogFields.Number(After(text, " SPT=", ' ')),
            DestinationPort = LogFields.Number(After(text, " DPT=", ' ')),
        };
        return ip with { IsComplete = ip.Source is not null && ip.Destination is not null && ip.Protocol is not null };
    }

    private static Sighting Arp(Sighting common, ReadOnlySpan<char> text)
    {
        var arp = common with
        {
            ArpOperation = LogFields.Number(After(text, " OPCODE=", ' ')),
            Source = LogFields.Address(After(text, " ARP IP SRC=", ' ')),
            Destination = LogFields.Address(After(text, " ARP IP DST=", ' ')),
        };
        return arp with { IsComplete = arp.ArpOperation is not null };
    }

    private static ReadOnlySpan<char> After(ReadOnlySpan<char> text, string label, char end)
    {
        var start = text.IndexOf(label);
        if (start < 0)
            return [];
        var value = text[(start + label.Length)..];
        var stop = value.IndexOf(end);
        return stop < 0 ? value : value[..stop];
    }
}
