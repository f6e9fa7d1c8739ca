using System.Collections.Frozen;

namespace Hooktrail.Rules.Reading;

internal static class OurTaps
{
    /// <summary>
    /// Whether a run wrote the prefix: <c>htx7k2q …</c>, the mark, a run's id of five characters and a space.
    /// </summary>
    public static bool Wrote(string prefix) =>
        prefix.StartsWith("ht", StringComparison.Ordinal) && prefix.Length >= 8 && prefix[7] == ' '
        && prefix.AsSpan(2, 5).IndexOfAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789") < 0;
}

internal static class ProtocolWords
{
    /// <summary>Null for all protocols.</summary>
    public static string? Parse(string text) => text.ToLowerInvariant() switch
    {
        "all" or "0" or "ip" => null,
        "icmp" or "1" => "icmp",
        "ipv6-icmp" or "icmpv6" or "icmp6" or "58" => "ipv6-icmp",
        "tcp" or "6" => "tcp",
        "udp" or "17" => "udp",
        var other => other,
    };
}

internal static class ConntrackWords
{
    /// <summary>
    /// Parses states separated by commas, in the spelling of iptables or nft; null if one is unknown.
    /// </summary>
    public static ConntrackStates? Parse(string text) => Parse(text, One);

    /// <summary>Parses states separated by commas by what each word stands for; null if one is unknown.</summary>
    public static ConntrackStates? Parse(string text, Func<string, ConntrackStates?> one)
    {
        var states = ConntrackStates.None;
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries))
            if (one(word) is { } state)
                states |= state;
            else
                return null;
        return states;
    }

    private static ConntrackStates? One(string word) => word.ToUpperInvariant() switch
    {
        "INVALID" => ConntrackStates.Invalid,
        "NEW" => ConntrackStates.New,
        "ESTABLISHED" => ConntrackStates.Established,
        "RELATED" => ConntrackStates.Related,
        "UNTRACKED" => ConntrackStates.Untracked,
        "SNAT" => ConntrackStates.Snat,
        "DNAT" => ConntrackStates.Dnat,
        _ => null,
    };
}

/// <summary>The states of a connection in <c>--ctstatus</c>; NONE is no state.</summary>
internal static class ConnectionStatusWords
{
    /// <summary>Parses states separated by commas; null if one is unknown.</summary>
    public static ConntrackStates? Parse(string text) => ConntrackWords.Parse(text, One);

    private static ConntrackStates? One(string word) => word.ToUpperInvariant() switch
    {
        "NONE" => ConntrackStates.None,
        "EXPECTED" => ConntrackStates.Expected,
        "SEEN_REPLY" => ConntrackStates.SeenReply,
        "ASSURED" => ConntrackStates.Assured,
        "CONFIRMED" => ConntrackStates.Confirmed,
        _ => null,
    };
}

/// <summary>The byte of which DSCP is the upper six bits, as numbers and as types of service (RFC 1349).</summary>
internal static class TosWords
{
    private static readonly FrozenDictionary<string, int> Types = new Dictionary<string, int>
    {
        ["Minimize-Delay"] = 0x10,
        ["Maximize-Throughput"] = 0x08,
        ["Maximize-Reliability"] = 0x04,
        ["Minimize-Cost"] = 0x02,
        ["Normal-Service"] = 0,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// A number with or without a mask, or a type of service, which has <paramref name="ofType"/>; null for anything
    /// else.
    /// </summary>
    public static (int Value, int Mask)? Parse(string text, int ofType = 63)
    {
        if (Types.TryGetValue(text, out var type))
            return (type, ofType);
        return text.Split('/') switch
        {
            [var one] when Number(one) is { } value => (value, 255),
            [var one, var bits] when Number(one) is { } value && Number(bits) is { } mask => (value, mask),
            _ => null,
        };
    }

    private static int? Number(string text)
    {
        var isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return int.TryParse(
            isHex ? text[2..] : text,
            isHex ? NumberStyles.HexNumber : NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var number) && number is >= 0 and <= 255
            ? number
            : null;
    }
}

/// <summary>The types of addresses (include/uapi/linux/rtnetlink.h, <c>RTN_*</c>).</summary>
internal static class AddressTypeWords
{
    private static readonly FrozenSet<string> Types = FrozenSet.Create(
        "UNSPEC", "UNICAST", "LOCAL", "BROADCAST", "ANYCAST", "MULTICAST",
        "BLACKHOLE", "UNREACHABLE", "PROHIBIT", "THROW", "NAT", "XRESOLVE");

    /// <summary>Parses types separated by commas, in the spelling of iptables or nft; null if one is unknown.</summary>
    public static AddressTypeMatch? Parse(string text, AddressRole role, bool negated) =>
        text.ToUpperInvariant() is var types && types.Split(',').All(Types.Contains) ? new(role, types, negated) : null;
}

internal static class RejectWords
{
    private static readonly FrozenSet<string> V4 = FrozenSet.Create(
        "icmp-net-unreachable", "icmp-host-unreachable", "icmp-proto-unreachable", "icmp-port-unreachable",
        "icmp-net-prohibited", "icmp-host-prohibited", "icmp-admin-prohibited", "tcp-reset");

    private static readonly FrozenSet<string> V6 = FrozenSet.Create(
        "icmp6-no-route", "icmp6-adm-prohibited", "icmp6-addr-unreachable", "icmp6-port-unreachable",
        "icmp6-policy-fail", "icmp6-reject-route", "tcp-reset");

    /// <summary>The full name of a message that iptables may send, also for a short one; null for any other.</summary>
    public static string? Parse(string text, IpVersion version)
    {
        var full = (version, text) switch
        {
            (_, "tcp-rst") => "tcp-reset",
            (IpVersion.V4, "net-unreach" or "host-unreach" or "proto-unreach" or "port-unreach") =>
                $"icmp-{text}able",
            (IpVersion.V4, "net-prohib" or "host-prohib" or "admin-prohib") => $"icmp-{text}ited",
            (IpVersion.V6, "addr-unreach" or "port-unreach") => $"icmp6-{text}able",
            (IpVersion.V6, "no-route" or "adm-prohibited" or "policy-fail" or "reject-route") => $"icmp6-{text}",
            _ => text,
        };
        return (version == IpVersion.V4 ? V4 : V6).Contains(full) ? full : null;
    }
}

internal static class PacketTypeWords
{
    /// <summary>Parses a type in the spelling of any tool; null for an unknown one.</summary>
    public static PacketTypeMatch? Parse(string text, bool negated) => text.ToLowerInvariant() switch
    {
        // include/uapi/linux/if_packet.h: PACKET_HOST is what iptables prints as unicast.
        "unicast" or "host" => new("host", negated),
        "other" or "otherhost" => new("otherhost", negated),
        "broadcast" or "multicast" or "outgoing" or "loopback" or "fastroute" =>
            new(text.ToLowerInvariant(), negated),
        _ => null,
    };
}

internal static class MacWords
{
    /// <summary>Null for a mask without a name, and for anything but a MAC address.</summary>
    public static string? Parse(string text) => text.ToLowerInvariant() switch
    {
        "ff:ff:ff:ff:ff:ff" or "ff:ff:ff:ff:ff:ff/ff:ff:ff:ff:ff:ff" => "broadcast",
        "01:00:00:00:00:00/01:00:00:00:00:00" => "multicast",
        "00:00:00:00:00:00/01:00:00:00:00:00" => "unicast",
        "broadcast" or "multicast" or "unicast" => text.ToLowerInvariant(),
        "bga" => "01:80:c2:00:00:00",
        var other => IsAddress(other) || LabAddressNames.IsName(text) || LabNames.Networks.Contains(text) ? text : null,
    };

    private static bool IsAddress(string text) =>
        text.Split(':') is { Length: 6 } bytes
        && bytes.All(one => one.Length is 1 or 2 && one.All(char.IsAsciiHexDigit));
}

internal static class IcmpWords
{
    private static readonly FrozenDictionary<string, (int Type, int? Code)> V4 = new Dictionary<string, (int, int?)>
    {
        ["echo-reply"] = (0, null),
        ["destination-unreachable"] = (3, null),
        ["network-unreachable"] = (3, 0),
        ["host-unreachable"] = (3, 1),
        ["protocol-unreachable"] = (3, 2),
        ["port-unreachable"] = (3, 3),
        ["fragmentation-needed"] = (3, 4),
        ["source-route-failed"] = (3, 5),
        ["network-unknown"] = (3, 6),
        ["host-unknown"] = (3, 7),
        ["network-prohibited"] = (3, 9),
        ["host-prohibited"] = (3, 10),
        ["TOS-network-unreachable"] = (3, 11),
        ["TOS-host-unreachable"] = (3, 12),
        ["communication-prohibited"] = (3, 13),
        ["host-precedence-violation"] = (3, 14),
        ["precedence-cutoff"] = (3, 15),
        ["source-quench"] = (4, null),
        ["redirect"] = (5, null),
        ["network-redirect"] = (5, 0),
        ["host-redirect"] = (5, 1),
        ["TOS-network-redirect"] = (5, 2),
        ["TOS-host-redirect"] = (5, 3),
        ["echo-request"] = (8, null),
        ["router-advertisement"] = (9, null),
        ["router-solicitation"] = (10, null),
        ["time-exceeded"] = (11, null),
        ["ttl-exceeded"] = (11, null),
        ["ttl-zero-during-transit"] = (11, 0),
        ["ttl-zero-during-reassembly"] = (11, 1),
        ["parameter-problem"] = (12, null),
        ["ip-header-bad"] = (12, 0),
        ["required-option-missing"] = (12, 1),
        ["timestamp-request"] = (13, null),
        ["timestamp-reply"] = (14, null),
        ["address-mask-request"] = (17, null),
        ["address-mask-reply"] = (18, null),
        ["ping"] = (8, null),
        ["pong"] = (0, null),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, (int Type, int? Code)> V6 = new Dictionary<string, (int, int?)>
    {
        ["destination-unreachable"] = (1, null),
        ["no-route"] = (1, 0),
        ["communication-prohibited"] = (1, 1),
        ["beyond-scope"] = (1, 2),
        ["address-unreachable"] = (1, 3),
        ["port-unreachable"] = (1, 4),
        ["failed-policy"] = (1, 5),
        ["reject-route"] = (1, 6),
        ["packet-too-big"] = (2, null),
        ["time-exceeded"] = (3, null),
        ["ttl-exceeded"] = (3, null),
        ["ttl-zero-during-transit"] = (3, 0),
        ["ttl-zero-during-reassembly"] = (3, 1),
        ["parameter-problem"] = (4, null),
        ["bad-header"] = (4, 0),
        ["unknown-header-type"] = (4, 1),
        ["unknown-option"] = (4, 2),
        ["echo-request"] = (128, null),
        ["echo-reply"] = (129, null),
        ["mld-listener-query"] = (130, null),
        ["mld-listener-report"] = (131, null),
        ["mld-listener-done"] = (132, null),
        ["router-solicitation"] = (133, null),
        ["nd-router-solicit"] = (133, null),
        ["router-advertisement"] = (134, null),
        ["nd-router-advert"] = (134, null),
        ["neighbour-solicitation"] = (135, null),
        ["neighbor-solicitation"] = (135, null),
        ["nd-neighbor-solicit"] = (135, null),
        ["neighbour-advertisement"] = (136, null),
        ["neighbor-advertisement"] = (136, null),
        ["nd-neighbor-advert"] = (136, null),
        ["redirect"] = (137, null),
        ["nd-redirect"] = (137, null),
    }.ToFrozenDictionary();

    /// <summary>Parses a name or a number, with the code after a slash; null for anything else.</summary>
    public static IcmpTypeMatch? Parse(string text, IpVersion version, bool negated)
    {
        if ((version == IpVersion.V4 ? V4 : V6).TryGetValue(text, out var named))
            return new(named.Type, named.Code, negated);
        var parts = text.Split('/');
        if (parts.Length > 2 || !TryByte(parts[0], out var type))
            return null;
        return parts.Length == 1 ? new(type, null, negated)
            : TryByte(parts[1], out var code) ? new(type, code, negated)
            : null;
    }

    private static bool TryByte(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= 255;
}
