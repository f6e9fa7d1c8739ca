using System.Net;
using System.Net.Sockets;

namespace Hooktrail.Rules.Reading;

/// <summary>
/// Translates rules into the lab's names, and the lab's names into matches. Text in the lab's names stays unchanged.
/// </summary>
internal sealed class NameTranslation(INames names)
{
    /// <summary>
    /// The device's name; for a pattern (<c>br-+</c>) all matching devices of the lab, separated by commas.
    /// </summary>
    public string Device(string printed)
    {
        if (!IsPattern(printed))
            return names.Device(printed);
        var found = names.Devices(device => device.StartsWith(printed[..^1], StringComparison.Ordinal));
        return found.IsEmpty ? names.Device(printed) : string.Join(',', found);
    }

    public string Port(string printed) =>
        TryPort(printed, out var port) ? names.Port(port).ToString(CultureInfo.InvariantCulture) : printed;

    /// <summary>Ports and ranges, separated by commas.</summary>
    public string Ports(string printed) => string.Join(',', printed.Split(',').Select(one => Range(one) ?? Port(one)));

    /// <summary>
    /// The range without the ports whose lab number is outside it; null if the range stays unchanged.
    /// </summary>
    private string? Range(string printed)
    {
        var sign = printed.IndexOfAny([':', '-']);
        if (sign < 0 || Ranges(printed) is not [var range])
            return null;
        bool Holds(int port) => port >= range.First && port <= range.Last;
        var leaving = PublishedPort.OfLab.SelectMany(one => (int[])[one.Port, names.Port(one.Port)])
            .Where(port => Holds(port) && !Holds(names.Port(port))).Order().ToList();
        if (leaving.Count == 0)
            return null;
        var parts = new List<PortRange>();
        var from = range.First;
        foreach (var port in leaving)
        {
            if (from < port)
                parts.Add(new(from, port - 1));
            from = port + 1;
        }

        if (from <= range.Last)
            parts.Add(new(from, range.Last));
        parts.AddRange(leaving.Select(port => new PortRange(names.Port(port), names.Port(port))));
        return string.Join(',', parts.Select(
            part => string.Create(CultureInfo.InvariantCulture, $"{part.First}{printed[sign]}{part.Last}")));
    }

    /// <summary>The owner's name; the address itself if the lab does not know it.</summary>
    public string Mac(string printed) =>
        printed.Contains('/') || !printed.Contains(':') ? printed : names.MacOwner(WithAllDigits(printed)) ?? printed;

    // ebtables prints 2:42:ac:1e:0:2.
    private static string WithAllDigits(string mac) =>
        string.Join(':', mac.Split(':').Select(one => one.PadLeft(2, '0')));

    /// <summary>
    /// The names of the addresses in an address, network, range or list; the text itself if the lab knows none of them.
    /// </summary>
    public string Addresses(string printed, IpVersion version)
    {
        var found = new List<string>();
        foreach (var part in printed.Split(','))
            if (IsName(part))
                found.AddRange(Members(part, version));
            else if (!AddressRange.TryParse(part, out var range) || range.IsAll)
                return printed;
            else if (range.IsOne)
                found.AddRange(names.Address(range.First) is { } name ? [name] : Array.Empty<string>());
            else
                found.AddRange(Known(range, version));
        return found.Count == 0 ? printed : Shown(LabAddressNames.Sorted(found), version);
    }

    /// <summary>
    /// Parses the result of <see cref="Addresses"/>; null if a part is neither an address nor a name.
    /// </summary>
    public static AddressMatch? MatchOf(string translated, AddressRole role, IpVersion version, bool negated)
    {
        var (found, any) = (new List<string>(), false);
        foreach (var part in translated.Split(','))
            if (IsName(part))
                found.AddRange(Members(part, version));
            else if (AddressRange.TryParse(part, out var range))
                any |= range.IsAll;
            else
                return null;
        // A match of any address holds for every packet, so its negation holds for none.
        return any ? new(role, [], !negated) : new(role, LabAddressNames.Sorted(found), negated);
    }

    /// <summary>For rules that this translation has written already.</summary>
    public NameTranslation OfWritten => names.AreLiteral ? this : new(LabNamesAsTheyAre.Instance);

    /// <summary>As <see cref="MatchOf"/>; of literal names, networks and ranges count as they are.</summary>
    public AddressMatch? AddressMatchOf(string translated, AddressRole role, IpVersion version, bool negated) =>
        names.AreLiteral
            ? LiteralAddresses.MatchOf(translated, role, negated)
            : MatchOf(translated, role, version, negated);

    /// <summary>Parses the result of <see cref="Device"/>.</summary>
    public static ImmutableArray<string> Devices(string translated) =>
        [.. translated.Split(',', StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Parses the result of <see cref="Ports"/>; null if it has no ports.</summary>
    public static ImmutableArray<PortRange>? Ranges(string translated)
    {
        var ranges = ImmutableArray.CreateBuilder<PortRange>();
        foreach (var part in translated.Split(','))
        {
            var ends = part.Split(':', '-');
            var (first, last) = (ends[0].Length == 0 ? "0" : ends[0], ends[^1].Length == 0 ? "65535" : ends[^1]);
            if (ends.Length > 2 || !TryPort(first, out var from) || !TryPort(last, out var to))
                return null;
            ranges.Add(new(from, to));
        }

        return ranges.ToImmutable();
    }

    private static bool IsPattern(string device) => device.EndsWith('+') || device.EndsWith('*');

    private static bool TryPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= 65535;

    private static bool IsName(string text) => LabNames.Networks.Contains(text) || LabAddressNames.IsName(text);

    /// <summary>
    /// The lab's addresses in the result of <see cref="Addresses"/>; if it is the network of all addresses, all of
    /// them.
    /// </summary>
    public IEnumerable<string> AddressesIn(string translated, IpVersion version) => translated.Split(',')
        .SelectMany(part => IsName(part) ? Members(part, version)
            : !AddressRange.TryParse(part, out var range) ? []
            : names.AreLiteral ? [LiteralAddresses.Text(range, part)]
            : range.IsAll ? Known(range, version)
            : []);

    private static IEnumerable<string> Members(string name, IpVersion version) =>
        LabNames.Networks.Contains(name) ? LabAddressNames.On(name, version) : [name];

    private IEnumerable<string> Known(AddressRange range, IpVersion version)
    {
        var family = version == IpVersion.V4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        // Every device also has a link-local address, which no flow uses. A rule about link-local addresses must not
        // count as a rule about the lab's.
        bool Speaks(IPAddress address) => address.AddressFamily == family && !address.IsIPv6LinkLocal;
        var held = names.Addresses(address => Speaks(address) && range.Holds(address));
        var all = names.Addresses(Speaks);
        // A lab may lack containers. A network counts as contained if the range contains
        // all of its addresses that exist.
        var whole = LabNames.Networks.Where(
            network => held.Contains(LabNames.GatewayOf(network))
                && LabAddressNames.On(network, version).Intersect(all).All(held.Contains));
        return held.Concat(whole.SelectMany(network => LabAddressNames.On(network, version)));
    }

    private static string Shown(ImmutableArray<string> sorted, IpVersion version)
    {
        var parts = new List<string>();
        var left = sorted.ToList();
        foreach (var network in LabNames.Networks)
            if (LabAddressNames.On(network, version) is var members && members.All(left.Contains))
            {
                parts.Add(network);
                left.RemoveAll(name => members.Contains(name));
            }

        return string.Join(',', parts.Concat(left));
    }
}
