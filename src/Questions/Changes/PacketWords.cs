using System.Net;

namespace Hooktrail.Questions.Changes;

/// <summary>What a rule must ask for to match the packets of a question, and few others, at one hop.</summary>
internal sealed record PacketWords
{
    private readonly string? _in;
    private readonly string? _out;
    private readonly IPAddress? _source;
    private readonly IPAddress? _destination;
    private readonly string _protocol;
    private readonly (string Side, int Port)? _port;
    private readonly bool _isIpv6;

    private PacketWords(Question question, Leg leg, Hop hop, IPEndPoint source, IPEndPoint destination)
    {
        var isRequest = leg.Direction == Direction.Request;
        var (from, to) = isRequest ? (question.From, question.To) : (question.To, question.From);
        // The internet is many addresses, of which the question has one that stands for all.
        (_in, _source) = (hop.In, null);
        if (!EndpointNames.IsInternet(from))
            (_in, _source) = (null, source.Address);
        (_out, _destination) = (hop.Out, null);
        if (!EndpointNames.IsInternet(to))
            (_out, _destination) = (null, destination.Address);
        _isIpv6 = question.Flow.Ip == IpVersion.V6;
        _protocol = question.Flow.Protocol.Name();
        if (question.Flow.HasPorts)
            _port = isRequest ? ("d", destination.Port) : ("s", source.Port);
        if (_port is (_, 0))
            _port = null;
    }

    /// <summary>Null for a hop that shows no addresses, or a leg that the host itself makes of a request.</summary>
    public static PacketWords? Of(Question question, Leg leg, Hop hop) =>
        leg.Direction != Direction.Error
        && IPEndPoint.TryParse(hop.Source ?? "", out var source)
        && IPEndPoint.TryParse(hop.Destination ?? "", out var destination)
            ? new(question, leg, hop, source, destination)
            : null;

    /// <summary>For iptables and ip6tables.</summary>
    public string Xtables => Joined(
        Word("-i", _in), Word("-o", _out), Word("-s", _source), Word("-d", _destination),
        $"-p {(_protocol == "icmp" && _isIpv6 ? "ipv6-icmp" : _protocol)}",
        _port is { } at ? Port($"--{at.Side}port", at.Port) : "");

    /// <summary>For a chain of the bridge, where the devices of the IP layer are none.</summary>
    public string Ebtables => _isIpv6
        ? Joined(
            "-p IPv6", Word("--ip6-src", _source), Word("--ip6-dst", _destination),
            $"--ip6-proto {(_protocol == "icmp" ? "ipv6-icmp" : _protocol)}",
            _port is { } at6 ? Port($"--ip6-{at6.Side}port", at6.Port) : "")
        : Joined(
            "-p IPv4", Word("--ip-src", _source), Word("--ip-dst", _destination), $"--ip-proto {_protocol}",
            _port is { } at ? Port($"--ip-{at.Side}port", at.Port) : "");

    public string Nft => Joined(
        Word("iifname", _in), Word("oifname", _out),
        Word($"{Ip} saddr", _source), Word($"{Ip} daddr", _destination),
        _port is { } at ? Port($"{_protocol} {at.Side}port", at.Port)
            : $"meta l4proto {(_protocol == "icmp" && _isIpv6 ? "ipv6-icmp" : _protocol)}");

    private string Ip => _isIpv6 ? "ip6" : "ip";

    private static string Word(string option, object? value) => value is null ? "" : $"{option} {value}";

    private static string Port(string option, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"{option} {port}");

    private static string Joined(params IEnumerable<string> words) =>
        string.Join(' ', words.Where(word => word.Length > 0));
}
