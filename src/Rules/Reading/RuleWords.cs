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
    public static ConntrackStates? Parse(string text)
    {
        var states = ConntrackStates.None;
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries))
            if (One(word) is { } state)
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
        ["source-quench"] = (4, null),
        ["redirect"] = (5, null),
        ["echo-request"] = (8, null),
        ["router-advertisement"] = (9, null),
        ["router-solicitation"] = (10, null),
        ["time-exceeded"] = (11, null),
        ["parameter-problem"] = (12, null),
        ["timestamp-request"] = (13, null),
        ["timestamp-reply"] = (14, null),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, (int Type, int? Code)> V6 = new Dictionary<string, (int, int?)>
    {
        ["destination-unreachable"] = (1, null),
        ["packet-too-big"] = (2, null),
        ["time-exceeded"] = (3, null),
        ["parameter-problem"] = (4, null),
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
