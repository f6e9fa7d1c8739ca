using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Observation.Nflog;

/// <summary>
/// One message of nf_tables' trace, as nflog.pl writes it (include/uapi/linux/netfilter/nf_tables.h,
/// enum nft_trace_attributes).
/// </summary>
internal sealed class TraceMessage
{
    private const int HeaderSize = 4;

    private TraceMessage()
    {
    }

    /// <summary>What it tells; null for a return to the calling chain at the chain's end.</summary>
    public TraceStep? Step { get; private set; }

    /// <summary>Whether a policy accepted: it decides nothing.</summary>
    public bool IsAcceptingPolicy { get; private set; }

    public NftFamily Family { get; private set; }

    public string Table { get; private set; } = "";

    public string Chain { get; private set; } = "";

    /// <summary>
    /// The same for all messages of one packet at one hook. A later packet may have it again
    /// (net/netfilter/nf_tables_trace.c, nft_trace_init).
    /// </summary>
    public uint Id { get; private set; }

    /// <summary>
    /// The packet's first bytes: its network header, at most 40, and at most 20 of its transport header. Only the first
    /// message of a base chain has them.
    /// </summary>
    public ReadOnlyMemory<byte> Packet { get; private set; }

    /// <summary>The hook's incoming device, in the bridge family the port; 0 for none. With <see cref="Packet"/>.</summary>
    public int In { get; private set; }

    /// <summary>As <see cref="In"/>, outgoing.</summary>
    public int Out { get; private set; }

    /// <summary>Parses a line of hexadecimal; false if it holds no message.</summary>
    public static bool TryParse(ReadOnlySpan<char> line, [NotNullWhen(true)] out TraceMessage? message)
    {
        message = null;
        var bytes = new byte[line.Length / 2];
        if (Convert.FromHexString(line, bytes, out _, out var length) != OperationStatus.Done
            || length < HeaderSize
            || FamilyOf(bytes[0]) is not { } family)
            return false;
        var read = new TraceMessage { Family = family };
        if (!read.ReadAttributes(bytes.AsMemory(HeaderSize)))
            return false;
        message = read;
        return true;
    }

    private bool ReadAttributes(ReadOnlyMemory<byte> attributes)
    {
        long? handle = null;
        var (kind, policy, verdict) = (Kind.None, 0u, RuleVerdict.Unknown);
        ReadOnlyMemory<byte> network = default, transport = default;
        bool isWhole;
        while (NetlinkAttributes.Next(ref attributes, out isWhole) is { } attribute)
        {
            var (type, content) = ((Attribute)attribute.Type, attribute.Content);
            var value = content.Span;
            switch (type)
            {
                case Attribute.Table: Table = Text(value); break;
                case Attribute.Chain: Chain = Text(value); break;
                case Attribute.RuleHandle when value.Length == 8:
                    handle = BinaryPrimitives.ReadInt64BigEndian(value);
                    break;
                case Attribute.Kind when value.Length == 4:
                    kind = (Kind)BinaryPrimitives.ReadUInt32BigEndian(value);
                    break;
                case Attribute.Id when value.Length == 4: Id = BinaryPrimitives.ReadUInt32BigEndian(value); break;
                case Attribute.Policy when value.Length == 4:
                    policy = BinaryPrimitives.ReadUInt32BigEndian(value);
                    break;
                case Attribute.Verdict: verdict = VerdictOf(value); break;
                case Attribute.NetworkHeader: network = content; break;
                case Attribute.TransportHeader: transport = content; break;
                case Attribute.In when value.Length == 4: In = BinaryPrimitives.ReadInt32BigEndian(value); break;
                case Attribute.Out when value.Length == 4: Out = BinaryPrimitives.ReadInt32BigEndian(value); break;
            }
        }

        if (!isWhole)
            return false;

        Packet = AreAdjacent(network.Span) ? (byte[])[.. network.Span, .. transport.Span] : network;
        IsAcceptingPolicy = kind == Kind.Policy && policy != 0;
        if (handle is not null || kind == Kind.Policy)
            Step = new(Family, Table, Chain, handle, kind == Kind.Policy ? RuleVerdict.Drop : verdict);
        return kind != Kind.None;
    }

    // Between both parts there may be extension headers of IPv6.
    private static bool AreAdjacent(ReadOnlySpan<byte> network) => network switch
    {
        [>= 0x45 and <= 0x4F, ..] => network.Length == (network[0] & 0xF) * 4,
        [>= 0x60 and <= 0x6F, _, _, _, _, _, 6 or 17 or 58, ..] => network.Length == 40,
        _ => false,
    };

    // An attribute within the attribute: NFTA_VERDICT_CODE comes first. Its values are NF_DROP and NF_ACCEPT of
    // include/uapi/linux/netfilter.h, and those of enum nft_verdicts.
    private static RuleVerdict VerdictOf(ReadOnlySpan<byte> nested) => nested.Length < 8
        ? RuleVerdict.Unknown
        : BinaryPrimitives.ReadInt32BigEndian(nested[4..]) switch
        {
            0 => RuleVerdict.Drop,
            1 => RuleVerdict.Accept,
            -1 => RuleVerdict.Continue,
            -3 => RuleVerdict.Jump,
            -4 => RuleVerdict.Goto,
            -5 => RuleVerdict.Return,
            _ => RuleVerdict.Unknown,
        };

    private static string Text(ReadOnlySpan<byte> value) => Encoding.UTF8.GetString(value.TrimEnd((byte)0));

    // include/uapi/linux/netfilter.h, NFPROTO_*.
    private static NftFamily? FamilyOf(byte number) => number switch
    {
        1 => NftFamily.Inet,
        2 => NftFamily.Ip,
        3 => NftFamily.Arp,
        5 => NftFamily.Netdev,
        7 => NftFamily.Bridge,
        10 => NftFamily.Ip6,
        _ => null,
    };

    // enum nft_trace_types.
    private enum Kind : uint
    {
        None,
        Policy,
        Return,
        Rule,
    }

    private enum Attribute
    {
        Table = 1,
        Chain = 2,
        RuleHandle = 3,
        Kind = 4,
        Verdict = 5,
        Id = 6,
        NetworkHeader = 8,
        TransportHeader = 9,
        In = 10,
        Out = 12,
        Policy = 16,
    }
}
