using System.Net;
using System.Net.Sockets;

namespace Hooktrail.Rules.Reading;

/// <summary>Translates rules into the lab's names, and those into matches. The lab's names stay.</summary>
internal sealed class NameTranslation(INames names)
{
    /// <summary>For a pattern (<c>br-+</c>) all devices of the lab, comma-separated.</summary>
    public string Device(string printed)
    {
        if (!IsPattern(printed))
            return names.Device(printed);
        var found = names.Devices(device => device.StartsWith(printed[..^1], StringComparison.Ordinal));
        return found.IsEmpty ? printed : string.Join(',', found);
    }

    public string Port(string printed) =>
        TryPort(printed, out var port) ? names.Port(port).ToString(CultureInfo.InvariantCulture) : printed;

    /// <summary>Comma-separated ports and ranges.</summary>
    public string Ports(string printed) => string.Join(',', printed.Split(',').Select(one => Range(one) ?? Port(one)));

    /// <summary>Without ports that the lab numbers outside of the range; null where the range stays as it is.</summary>
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
        return string.Join(',', parts.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.First}{printed[sign]}{part.Last}")));
    }

    /// <summary>The address itself where the lab does not know it.</summary>
    public string Mac(string printed) =>
        printed.Contains('/') || !printed.Contains(':') ? printed : names.MacOwner(printed) ?? printed;

    /// <summary>
    /// The names that an address, network, range or list holds; the text itself where the lab knows none of it.
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

    /// <summary>Reads what <see cref="Addresses"/> wrote; null where a part is no address and no name.</summary>
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
        // Negated, a match of any address holds for none.
        return any ? new(role, [], !negated) : new(role, LabAddressNames.Sorted(found), negated);
    }

    /// <summary>Reads what <see cref="Device"/> wrote.</summary>
    public static ImmutableArray<string> Devices(string translated) => [.. translated.Split(',', StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Reads what <see cref="Ports"/> wrote; null where it has none.</summary>
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

    private static IEnumerable<string> Members(string name, IpVersion version) =>
        LabNames.Networks.Contains(name) ? LabAddressNames.On(name, version) : [name];

    private IEnumerable<string> Known(AddressRange range, IpVersion version)
    {
        var family = version == IpVersion.V4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        // All have a link-local address besides the one that flows are between: it must not make a rule about them.
        bool Speaks(IPAddress address) => address.AddressFamily == family && !address.IsIPv6LinkLocal;
        var held = names.Addresses(address => Speaks(address) && range.Holds(address));
        var all = names.Addresses(Speaks);
        // Not every lab has every container: a network whose addresses are held as far as there are any is held as a whole.
        var whole = LabNames.Networks.Where(
            network => held.Contains(LabNames.GatewayOf(network)) && LabAddressNames.On(network, version).Intersect(all).All(held.Contains));
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
