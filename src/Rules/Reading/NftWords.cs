using System.Collections.Frozen;

namespace Hooktrail.Rules.Reading;

internal static class DscpWords
{
    // RFC 2474, 2597, 3246, 8622; nft prints these names.
    private static readonly FrozenDictionary<string, uint> Names = new Dictionary<string, uint>
    {
        ["cs0"] = 0,
        ["cs1"] = 8,
        ["cs2"] = 16,
        ["cs3"] = 24,
        ["cs4"] = 32,
        ["cs5"] = 40,
        ["cs6"] = 48,
        ["cs7"] = 56,
        ["df"] = 0,
        ["be"] = 0,
        ["lephb"] = 1,
        ["va"] = 44,
        ["ef"] = 46,
        ["af11"] = 10,
        ["af12"] = 12,
        ["af13"] = 14,
        ["af21"] = 18,
        ["af22"] = 20,
        ["af23"] = 22,
        ["af31"] = 26,
        ["af32"] = 28,
        ["af33"] = 30,
        ["af41"] = 34,
        ["af42"] = 36,
        ["af43"] = 38,
    }.ToFrozenDictionary();

    /// <summary>A name or a number of six bits; null for anything else.</summary>
    public static int? Parse(string text) =>
        (Names.TryGetValue(text, out var named) ? named : NftNumber.Parse(text)) is { } value && value < 64
            ? (int)value
            : null;
}

/// <summary>The flags of TCP, in the order of their bits.</summary>
internal static class TcpFlagWords
{
    private static readonly ImmutableArray<string> Names = ["fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr"];

    /// <summary>All that a header can have.</summary>
    public const TcpFlags All = (TcpFlags)255;

    /// <summary>Parses flags separated by commas; null if one is unknown.</summary>
    public static TcpFlags? Parse(string words)
    {
        var flags = TcpFlags.None;
        foreach (var word in words.Split(','))
            if (Names.IndexOf(word) is var index and >= 0)
                flags |= (TcpFlags)(1 << index);
            else if (NftNumber.Parse(word) is { } number && number <= 255)
                flags |= (TcpFlags)number;
            else
                return null;
        return flags;
    }

    public static string Text(TcpFlags flags) =>
        flags == 0 ? "0x0" : string.Join(" | ", Names.Where((_, index) => ((int)flags & 1 << index) != 0));
}

/// <summary>Headers whose fields nft reads, and which no packet of the lab has.</summary>
internal static class HeaderWords
{
    /// <summary>Protocols above IP other than those of the lab.</summary>
    public static readonly FrozenSet<string> Protocols =
        FrozenSet.Create("sctp", "dccp", "udplite", "esp", "ah", "comp", "igmp", "gre");

    /// <summary>Extension headers of IPv6.</summary>
    public static readonly FrozenSet<string> Extensions =
        FrozenSet.Create("hbh", "dst", "frag", "mh", "srh", "rt0", "rt2");

    /// <summary>Fields of the routing header; the other words after <c>rt</c> ask for a route.</summary>
    public static readonly FrozenSet<string> OfRoutingHeader =
        FrozenSet.Create("type", "nexthdr", "hdrlength", "seg-left");
}
