namespace Hooktrail.Hosts.Overview;

/// <summary>Says which packets a rule is about, as far as its own matches tell.</summary>
internal static class RuleFlows
{
    /// <summary><c>TCP to port 22, from 203.0.113.0/24, in by eth0; packets to the host</c>.</summary>
    public static string Of(Rule rule, ChainId chain, ChainPaths paths)
    {
        string[] said =
        [
            .. Protocol(rule.Matches) is { Length: > 0 } protocol ? [protocol] : Array.Empty<string>(),
            .. rule.Matches.Select(Phrase).OfType<string>().Distinct(),
        ];
        var packets = said.Length == 0 ? "all" : string.Join(", ", said);
        return $"{Version(chain)}{packets}; {Where(paths.HooksOf(chain))}";
    }

    private static string Version(ChainId chain) => chain.Layer switch
    {
        Layer.Iptables => "IPv4: ",
        Layer.Ip6tables => "IPv6: ",
        Layer.Arptables => "ARP: ",
        Layer.Ebtables => "frames: ",
        _ => chain.Table.Split(' ')[0] switch
        {
            "ip" => "IPv4: ",
            "ip6" => "IPv6: ",
            "arp" => "ARP: ",
            "bridge" or "netdev" => "frames: ",
            _ => "",
        },
    };

    private static string Where(ImmutableArray<string> hooks) => hooks.IsEmpty
        ? "no chain calls this one"
        : string.Join(" and ", hooks.Select(hook => hook switch
        {
            "ingress" => "frames as they come in",
            "prerouting" => "packets that come in",
            "input" => "packets to the host",
            "forward" => "packets through the host",
            "output" => "packets of the host",
            "postrouting" => "packets that go out",
            _ => "frames as they go out",
        }));

    /// <summary><c>TCP to port 22</c>.</summary>
    private static string Protocol(ImmutableArray<Match> matches)
    {
        var protocols = string.Join(" and ", matches.OfType<ProtocolMatch>().Select(
            one => $"{Not(one)}{one.Protocol.ToUpperInvariant()}"));
        var ports = string.Join(" ", matches.OfType<PortMatch>().Select(
            one => $"{Not(one)}{End(one.Role)} port {Ranges(one.Ranges)}"));
        return $"{protocols} {ports}".Trim();
    }

    private static string? Phrase(Match match) => match switch
    {
        AddressMatch address =>
            $"{Not(address)}{End(address.Role)} {Listed(address.Addresses)}",
        AddressTypeMatch type => $"{Not(type)}{End(type.Role)} an address that is {type.Type}",
        DeviceMatch { Role: DeviceRole.In or DeviceRole.PhysIn or DeviceRole.LogicalIn } device =>
            $"{Not(device)}in by {Listed(device.Devices)}",
        DeviceMatch device => $"{Not(device)}out by {Listed(device.Devices)}",
        ConntrackMatch state => $"{Not(state)}{state.States.ToString().ToUpperInvariant()}",
        MacMatch mac => $"{Not(mac)}{End(mac.Role)} the MAC address {mac.Owner}",
        FrameProtocolMatch frame => $"{Not(frame)}{frame.Protocol}",
        IcmpTypeMatch type => $"{Not(type)}type {type.Type.ToString(CultureInfo.InvariantCulture)}",
        MarkMatch mark => string.Create(CultureInfo.InvariantCulture, $"{Not(mark)}mark 0x{mark.Value:x}"),
        AnyOfMatch any => string.Create(
            CultureInfo.InvariantCulture, $"{Not(any)}any of {any.Alternatives.Length} combinations"),
        _ => null,
    };

    private static string End(AddressRole role) => role == AddressRole.Source ? "from" : "to";

    private static string Not(Match match) => match.Negated ? "not " : "";

    // A blocklist has thousands.
    private static string Listed(ImmutableArray<string> all) => all.Length switch
    {
        0 => "any",
        <= 4 => string.Join(" or ", all),
        _ => string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", all[..3])} and {all.Length - 3} more"),
    };

    private static string Ranges(ImmutableArray<PortRange> ranges) => Listed(
    [
        .. ranges.Select(range => range.First == range.Last
            ? range.First.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{range.First}-{range.Last}")),
    ]);
}
