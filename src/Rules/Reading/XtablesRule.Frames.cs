namespace Hooktrail.Rules.Reading;

/// <summary>The matches of ebtables.</summary>
internal sealed partial class XtablesRule
{
    private bool Frame(string option, bool negated) => option switch
    {
        "-p" or "--protocol" =>
            Add("-p", negated, Next(), text => new FrameProtocolMatch(FrameProtocol(text), negated)),
        "--logical-in" => Device(option, DeviceRole.LogicalIn, negated),
        "--logical-out" => Device(option, DeviceRole.LogicalOut, negated),
        "-s" or "--source" or "--src" => Mac("-s", AddressRole.Source, negated),
        "-d" or "--destination" or "--dst" => Mac("-d", AddressRole.Destination, negated),
        "--ip-src" or "--ip-source" or "--arp-ip-src" => Addresses(option, AddressRole.Source, IpVersion.V4, negated),
        "--ip-dst" or "--ip-destination" or "--arp-ip-dst" =>
            Addresses(option, AddressRole.Destination, IpVersion.V4, negated),
        "--ip6-src" or "--ip6-source" => Addresses(option, AddressRole.Source, IpVersion.V6, negated),
        "--ip6-dst" or "--ip6-destination" => Addresses(option, AddressRole.Destination, IpVersion.V6, negated),
        "--ip-proto" or "--ip-protocol" or "--ip6-proto" or "--ip6-protocol" => Protocol(option, negated),
        "--ip-sport" or "--ip-source-port" or "--ip6-sport" or "--ip6-source-port" =>
            Ports(option, AddressRole.Source, negated),
        "--ip-dport" or "--ip-destination-port" or "--ip6-dport" or "--ip6-destination-port" =>
            Ports(option, AddressRole.Destination, negated),
        "--ip-tos" or "--ip6-tclass" => Tos(option, negated, 255),
        "--ip-icmp-type" => Add(option, negated, Next(), text => IcmpWords.Parse(text, IpVersion.V4, negated)),
        "--ip6-icmp-type" => Add(option, negated, Next(), text => IcmpWords.Parse(text, IpVersion.V6, negated)),
        "--arp-op" or "--arp-opcode" => Add(option, negated, Next(), text => ArpOperation(text) is { } operation
            ? new ArpOperationMatch(operation, negated)
            : null),
        "--arp-mac-src" => Mac(option, AddressRole.Source, negated),
        "--arp-mac-dst" => AskedMac(option, negated),
        "--arp-htype" when !negated && tokens.ElementAtOrDefault(_at) is "1" or "0x1" or "Ethernet" => Always(option),
        "--arp-ptype" when !negated && tokens.ElementAtOrDefault(_at) is "0x800" or "0x0800" or "IPv4" =>
            Always(option),
        "--vlan-id" => Vlan(option, negated),
        "--vlan-prio" => OfTag(option, negated, "0"),
        "--vlan-encap" => OfTag(option, negated, "0800", "0x0800", "800", "0x800", "IPV4"),
        "--pkttype-type" => Add(option, negated, Next(), text => PacketTypeWords.Parse(text, negated)),
        "--log" or "--log-ip" or "--log-arp" or "--log-ip6" or "--nflog" or "--ulog" => Watcher(option, arguments: 0),
        "--log-prefix" or "--nflog-prefix" or "--ulog-prefix" or "--log-level" or "--nflog-group" or "--nflog-range"
            or "--nflog-threshold" or "--nflog-size" or "--ulog-nlgroup" or "--ulog-cprange"
            or "--ulog-qthreshold" => Watcher(option, arguments: 1),
        _ => false,
    };

    /// <summary>Watchers write a record, and stand beside any target.</summary>
    private bool Watcher(string option, int arguments)
    {
        _action.Add(option);
        if (arguments == 0)
            return true;
        if (option.EndsWith("-prefix", StringComparison.Ordinal))
            _ours |= OurTaps.Wrote(tokens.ElementAtOrDefault(_at) ?? "");
        _action.Add(Next());
        return true;
    }

    private bool Vlan(string option, bool negated) => Add(option, negated, Next(), text => Number(text, 4095) is { } id
        ? new VlanMatch(id, id, negated)
        : null);

    /// <summary>
    /// What the tags of the lab's frames have besides their number: priority 0, and IPv4 inside. Beside a number the
    /// kernel drops the option for the priority (ebt_vlan.c, <c>ebt_vlan_mt_check</c>).
    /// </summary>
    private bool OfTag(string option, bool negated, params string[] ofLab)
    {
        var (words, value) = (Words(option, negated), Next());
        words = words.Add(value);
        var isIgnored = option == "--vlan-prio" && _matches.Any(match => match is VlanMatch { First: > 0 })
            || option == "--vlan-prio" && tokens[_at..].Contains("--vlan-id");
        var holds = ofLab.Contains(value.ToUpperInvariant()) || ofLab.Contains(value);
        return isIgnored || holds != negated ? Condition(words) : Condition(words, Never());
    }

    private static string FrameProtocol(string text) => text.ToUpperInvariant() switch
    {
        "IPV4" or "0X0800" or "0X800" => "ipv4",
        "IPV6" or "0X86DD" => "ipv6",
        "ARP" or "0X0806" or "0X806" => "arp",
        "802_1Q" or "0X8100" => "vlan",
        "PPP_SES" or "0X8864" => "pppoe",
        _ => text,
    };
}
