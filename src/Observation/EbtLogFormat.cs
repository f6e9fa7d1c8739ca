namespace Hooktrail.Observation;

/// <summary>
/// The format of ebt_log after its prefix (net/bridge/netfilter/ebt_log.c), with <c>--log-ip</c>, <c>--log-ip6</c> or
/// <c>--log-arp</c>: <c> IN=v1 OUT= MAC source = … MAC dest = … proto = 0x0800 IP SRC=… IP DST=…, IP tos=0x04, IP
/// proto=1</c>. The kernel prints it in pieces, and another CPU's record may come between two pieces.
/// </summary>
internal static class EbtLogFormat
{
    /// <summary>The first piece of every ebt_log line contains this, and xt LOG never does.</summary>
    public const string Marker = " MAC source = ";

    private static readonly Labels Ip = new(" IP SRC=", " IP DST=", " IP tos=", " IP proto=");
    private static readonly Labels Ip6 = new(" IPv6 SRC=", " IPv6 DST=", " IPv6 priority=", " Next Header=");
    private static readonly Labels Arp = new(" ARP IP SRC=", " ARP IP DST=", "", "");

    /// <summary>Whether a text can be a later piece of a line: addresses, ports, the body of ARP.</summary>
    public static bool IsFurtherPiece(ReadOnlySpan<char> text) =>
        text.StartsWith(Ip.Source)
        || text.StartsWith(Ip6.Source)
        || text.StartsWith(" SPT=")
        || text.StartsWith(" ARP ");

    public static Sighting Read(in SightingHead head, ReadOnlySpan<char> text)
    {
        // The fields are printed in this order, so each is searched after the previous one.
        var rest = text;
        var input = LogFields.Name(Take(ref rest, " IN="));
        var output = LogFields.Name(Take(ref rest, " OUT="));
        var macSource = LogFields.Name(Take(ref rest, Marker));
        var macDestination = LogFields.Name(Take(ref rest, " MAC dest = "));
        var etherType = (int?)LogFields.Hex(Take(ref rest, " proto = "));
        var labels = etherType switch
        {
            EtherTypes.Ip => Ip,
            EtherTypes.Ip6 => Ip6,
            EtherTypes.Arp or EtherTypes.Rarp => Arp,
            _ => null,
        };
        var isArp = labels == Arp;
        var operation = isArp ? LogFields.Number(Take(ref rest, " OPCODE=")) : null;
        var source = labels is null ? null : LogFields.Address(Take(ref rest, labels.Source));
        var destination = labels is null ? null : LogFields.Address(Take(ref rest, labels.Destination));
        var isIp = labels is not null && !isArp;
        var tos = isIp ? LogFields.Hex(Take(ref rest, labels!.Tos)) : null;
        var protocol = isIp ? LogFields.Protocol(Take(ref rest, labels!.Protocol)) : null;
        return new()
        {
            Sequence = head.Sequence,
            Run = head.Run,
            Point = head.Point,
            Line = head.Line,
            In = input,
            Out = output,
            MacSource = macSource,
            MacDestination = macDestination,
            EtherType = etherType,
            ArpOperation = operation,
            Source = source,
            Destination = destination,
            // Of the traffic class ebt_log prints only the upper four bits, which the header calls priority.
            Tos = (byte)(labels == Ip6 ? tos << 4 ?? 0 : tos ?? 0),
            Protocol = protocol,
            SourcePort = LogFields.Number(Take(ref rest, " SPT=")),
            DestinationPort = LogFields.Number(Take(ref rest, " DPT=")),
            IsComplete = isIp
                ? source is not null && destination is not null && protocol is not null
                : isArp ? operation is not null : etherType is not null,
        };
    }

    // The value after a label, up to a space or a comma.
    private static ReadOnlySpan<char> Take(ref ReadOnlySpan<char> text, string label)
    {
        var start = text.IndexOf(label);
        if (start < 0)
            return [];
        var value = text[(start + label.Length)..];
        var end = value.IndexOfAny(' ', ',');
        text = end < 0 ? [] : value[end..];
        return end < 0 ? value : value[..end];
    }

    private sealed record Labels(string Source, string Destination, string Tos, string Protocol);

    private static class EtherTypes
    {
        public const int Ip = 0x0800;
        public const int Ip6 = 0x86DD;
        public const int Arp = 0x0806;
        public const int Rarp = 0x8035;
    }
}
