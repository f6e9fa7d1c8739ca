using System.Collections.Frozen;

namespace Hooktrail.Rules.Known;

/// <summary>
/// The names of the long options in a rule of iptables, ip6tables, arptables or ebtables. iptables takes the beginning
/// of a name for the whole, if one option alone begins so (getopt_long): of those of iptables itself, and of the
/// matches and targets named so far.
/// </summary>
/// <remarks>Two names with | between are one option. The names are those of iptables 1.8.</remarks>
internal sealed class OptionNames(Layer layer)
{
    private const string Commands =
        "append delete insert replace list flush zero new-chain delete-chain rename-chain policy in-interface " +
        "out-interface jump version help modprobe set-counters ";

    private const string Xtables =
        Commands + "check list-rules table match numeric verbose wait wait-interval exact line-numbers goto ipv4 ipv6 ";

    private static readonly FrozenDictionary<string, string> Matches = new Dictionary<string, string>
    {
        ["addrtype"] = "src-type dst-type limit-iface-in limit-iface-out",
        ["ah"] = "ahspi ahlen ahres",
        ["bpf"] = "bytecode object-pinned",
        ["cgroup"] = "path cgroup",
        ["cluster"] = "cluster-total-nodes cluster-local-node cluster-local-nodemask cluster-hash-seed",
        ["comment"] = "comment",
        ["connbytes"] = "connbytes connbytes-dir connbytes-mode",
        ["connlabel"] = "label set",
        ["connlimit"] = "connlimit-upto connlimit-above connlimit-mask connlimit-saddr connlimit-daddr",
        ["connmark"] = "mark",
        ["conntrack"] =
            "ctstate ctproto ctorigsrc ctorigdst ctreplsrc ctrepldst ctstatus ctexpire ctorigsrcport " +
            "ctorigdstport ctreplsrcport ctrepldstport ctdir",
        ["cpu"] = "cpu",
        ["dccp"] = "source-port|sport destination-port|dport dccp-types dccp-option",
        ["devgroup"] = "src-group dst-group",
        ["dscp"] = "dscp dscp-class",
        ["dst"] = "dst-len dst-opts",
        ["ecn"] = "ecn-tcp-cwr ecn-tcp-ece ecn-ip-ect",
        ["esp"] = "espspi",
        ["eui64"] = "",
        ["frag"] = "fragid fraglen fragres fragfirst fragmore fraglast",
        ["hashlimit"] =
            "hashlimit-upto|hashlimit hashlimit-above hashlimit-srcmask hashlimit-dstmask " +
            "hashlimit-burst hashlimit-htable-size hashlimit-htable-max hashlimit-htable-gcinterval " +
            "hashlimit-htable-expire hashlimit-mode hashlimit-name hashlimit-rate-match " +
            "hashlimit-rate-interval",
        ["hbh"] = "hbh-len hbh-opts",
        ["helper"] = "helper",
        ["hl"] = "hl-lt hl-gt hl-eq|hl",
        ["icmp"] = "icmp-type",
        ["icmp6"] = "icmpv6-type",
        ["ipcomp"] = "ipcompspi compres",
        ["iprange"] = "src-range dst-range",
        ["ipv6header"] = "header soft",
        ["length"] = "length",
        ["limit"] = "limit limit-burst",
        ["mac"] = "mac-source",
        ["mark"] = "mark",
        ["mh"] = "mh-type",
        ["multiport"] = "source-ports|sports destination-ports|dports ports",
        ["nfacct"] = "nfacct-name",
        ["osf"] = "genre ttl log",
        ["owner"] = "uid-owner gid-owner socket-exists suppl-groups",
        ["physdev"] = "physdev-in physdev-out physdev-is-in physdev-is-out physdev-is-bridged",
        ["pkttype"] = "pkt-type",
        ["policy"] = "dir pol strict reqid spi tunnel-src tunnel-dst proto mode next",
        ["quota"] = "quota",
        ["rateest"] =
            "rateest1|rateest rateest2 rateest-bps1 rateest-pps1 rateest-bps2|rateest-bps " +
            "rateest-pps2|rateest-pps rateest-delta rateest-lt rateest-gt rateest-eq",
        ["realm"] = "realm",
        ["recent"] = "set rcheck update remove seconds reap hitcount rttl name rsource rdest mask",
        ["rpfilter"] = "loose validmark accept-local invert",
        ["rt"] = "rt-type rt-segsleft rt-len rt-0-res rt-0-addrs rt-0-not-strict",
        ["sctp"] = "source-port|sport destination-port|dport chunk-types",
        ["set"] =
            "match-set set return-nomatch update-counters packets-eq packets-lt packets-gt bytes-eq " +
            "bytes-lt bytes-gt update-subcounters",
        ["socket"] = "transparent nowildcard restore-skmark",
        ["state"] = "state",
        ["statistic"] = "mode probability every packet",
        ["string"] = "from to algo string hex-string icase",
        ["tcp"] = "source-port|sport destination-port|dport syn tcp-flags tcp-option",
        ["tcpmss"] = "mss",
        ["time"] = "datestart datestop timestart timestop contiguous weekdays monthdays localtz utc kerneltz",
        ["tos"] = "tos",
        ["ttl"] = "ttl-lt ttl-gt ttl-eq|ttl",
        ["u32"] = "u32",
        ["udp"] = "source-port|sport destination-port|dport",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, string> Targets = new Dictionary<string, string>
    {
        ["AUDIT"] = "type",
        ["CHECKSUM"] = "checksum-fill",
        ["CLASSIFY"] = "set-class",
        ["CONNMARK"] =
            "set-xmark set-mark and-mark or-mark xor-mark save-mark restore-mark left-shift-mark " +
            "right-shift-mark ctmask nfmask mask",
        ["CONNSECMARK"] = "save restore",
        ["CT"] = "notrack helper timeout ctevents expevents zone-orig zone-reply zone",
        ["DNAT"] = "to-destination random persistent",
        ["DNPT"] = "src-pfx dst-pfx",
        ["DSCP"] = "set-dscp set-dscp-class",
        ["ECN"] = "ecn-tcp-remove ecn-tcp-cwr ecn-tcp-ece ecn-ip-ect",
        ["HL"] = "hl-set hl-dec hl-inc",
        ["HMARK"] =
            "hmark-tuple hmark-src-prefix hmark-dst-prefix hmark-sport-mask hmark-dport-mask " +
            "hmark-spi-mask hmark-sport hmark-dport hmark-spi hmark-proto-mask hmark-rnd hmark-mod " +
            "hmark-offset",
        ["IDLETIMER"] = "timeout label alarm",
        ["LED"] = "led-trigger-id led-delay led-always-blink",
        ["LOG"] = "log-level log-prefix log-tcp-sequence log-tcp-options log-ip-options log-uid log-macdecode",
        ["MARK"] = "set-xmark set-mark and-mark or-mark xor-mark",
        ["MASQUERADE"] = "to-ports random random-fully",
        ["NETMAP"] = "to",
        ["NFLOG"] = "nflog-group nflog-prefix nflog-range nflog-size nflog-threshold",
        ["NFQUEUE"] = "queue-num queue-balance queue-bypass queue-cpu-fanout",
        ["NOTRACK"] = "",
        ["RATEEST"] = "rateest-name rateest-interval rateest-ewmalog",
        ["REDIRECT"] = "to-ports random",
        ["REJECT"] = "reject-with",
        ["SECMARK"] = "selctx",
        ["SET"] = "add-set del-set exist timeout map-set map-mark map-prio map-queue",
        ["SNAT"] = "to-source random random-fully persistent",
        ["SNPT"] = "src-pfx dst-pfx",
        ["SYNPROXY"] = "sack-perm timestamp wscale mss ecn",
        ["TCPMSS"] = "set-mss clamp-mss-to-pmtu",
        ["TCPOPTSTRIP"] = "strip-options",
        ["TEE"] = "gateway oif",
        ["TOS"] = "set-tos and-tos or-tos xor-tos",
        ["TPROXY"] = "on-port on-ip tproxy-mark",
        ["TRACE"] = "",
        ["TTL"] = "ttl-set ttl-dec ttl-inc",
        ["ULOG"] = "ulog-nlgroup ulog-prefix ulog-cprange ulog-qthreshold",
    }.ToFrozenDictionary();

    private readonly List<string> _names =
    [
        .. (layer switch
        {
            Layer.Ebtables => Commands +
                "logical-in logical-out protocol source|src destination|dst concurrent check init-table change-counters",
            Layer.Arptables => Xtables + "source-ip|src-ip destination-ip|dst-ip source-mac|src-mac " +
                "destination-mac|dst-mac h-length p-length opcode h-type proto-type",
            _ => Xtables + "source|src destination|dst protocol fragments",
        }).Split(' ', StringSplitOptions.RemoveEmptyEntries),
    ];

    private readonly HashSet<string> _loaded = [];
    private string? _protocol;
    private bool _isOpen;

    /// <summary>A match or target follows whose options iptables knows from here on.</summary>
    public void Load(string name)
    {
        if (!_loaded.Add(name) || layer == Layer.Ebtables)
            return;
        var names = Matches.GetValueOrDefault(name is "icmpv6" or "ipv6-icmp" ? "icmp6" : name)
            ?? Targets.GetValueOrDefault(name);
        // The options of others are not known, and any beginning may be one of theirs.
        _isOpen |= names is null;
        _names.AddRange((names ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>The match of the protocol is loaded where an option is unknown without it.</summary>
    public void Protocol(string? protocol) => _protocol = protocol;

    /// <summary>The whole name of an option that begins so; as it is if no or more than one does.</summary>
    public string Whole(string option)
    {
        var begin = option[2..];
        if (begin.Length == 0 || Named(begin).Any(name => name.Split('|').Contains(begin)))
            return option;
        if (Named(begin) is [] && _protocol is not null && Matches.ContainsKey(_protocol))
            Load(_protocol);
        return !_isOpen && Named(begin) is [var only]
            ? "--" + only.Split('|').First(name => name.StartsWith(begin, StringComparison.Ordinal))
            : option;
    }

    private List<string> Named(string begin) =>
        _names.FindAll(name => name.Split('|').Any(one => one.StartsWith(begin, StringComparison.Ordinal)));
}
