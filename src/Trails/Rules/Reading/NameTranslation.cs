using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Hooktrail.Trails.Rules.Reading;

/// <summary>
/// Turns the devices, addresses, ports and MAC addresses of a rule's text into the lab's names, and such text into what
/// matches hold. Text that has the lab's names already stays as it is, so that rules can be written down and read again.
/// </summary>
internal sealed class NameTranslation(INames names)
{
    /// <summary>A device's name in the lab; for a pattern (<c>br-+</c>) all that the lab has, comma-separated.</summary>
    public string Device(string printed)
    {
        if (!IsPattern(printed))
            return names.Device(printed);
        var found = names.Devices(device => device.StartsWith(printed[..^1], StringComparison.Ordinal));
        return found.IsEmpty ? printed : string.Join(',', found);
    }

    /// <summary>A port, or two with a colon or a dash between them, as the lab numbers it.</summary>
    public string Port(string printed) =>
        TryPort(printed, out var port) ? names.Port(port).ToString(CultureInfo.InvariantCulture) : printed;

    /// <summary>Ports and ranges with commas between them.</summary>
    public string Ports(string printed) => string.Join(',', printed.Split(',').Select(Port));

    /// <summary>Who answers to a MAC address; the address itself where the lab does not know it.</summary>
    public string Mac(string printed) =>
        printed.Contains('/') || !printed.Contains(':') ? printed : names.MacOwner(printed) ?? printed;

    /// <summary>
    /// The names of what an address, a network, a range or a list of such holds; the text itself where the lab knows none of it.
    /// </summary>
    public string Addresses(string printed, IpVersion version)
    {
        var found = new List<string>();
        foreach (var part in printed.Split(','))
            if (!AddressRange.TryParse(part, out var range))
                found.AddRange(Members(part, version));
            else if (range.IsAll)
                return printed;
            else if (range.IsOne)
                found.AddRange(names.Address(range.First) is { } name ? [name] : Array.Empty<string>());
            else
                found.AddRange(Known(range, version));
        return found.Count == 0 ? printed : Shown(LabAddresses.Sorted(found), version);
    }

    /// <summary>What <see cref="Addresses"/> wrote, name by name; null where it is any address at all.</summary>
    public static ImmutableArray<string>? Names(string translated, IpVersion version)
    {
        var found = new List<string>();
        foreach (var part in translated.Split(','))
            if (!AddressRange.TryParse(part, out var range))
                found.AddRange(Members(part, version));
            else if (range.IsAll)
                return null;
        return LabAddresses.Sorted(found);
    }

    /// <summary>What <see cref="Device"/> wrote, name by name.</summary>
    public static ImmutableArray<string> Devices(string translated) => [.. translated.Split(',', StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Ports and ranges as <see cref="Ports"/> wrote them; null where they are none.</summary>
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

    private static IEnumerable<string> Members(string name, IpVersion version) =>
        LabNames.Networks.Contains(name) ? LabAddresses.On(name, version) : [name];

    private IEnumerable<string> Known(AddressRange range, IpVersion version)
    {
        var family = version == IpVersion.V4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        // Everybody has a link-local address besides the one that flows are between: it must not make a rule about them.
        bool Speaks(IPAddress address) => address.AddressFamily == family && !address.IsIPv6LinkLocal;
        var held = names.Addresses(address => Speaks(address) && range.Holds(address));
        var all = names.Addresses(Speaks);
        // Not every lab has every container: a network whose addresses are held as far as there are any is held as a whole.
        var whole = LabNames.Networks.Where(
            network => held.Contains(LabNames.GatewayOf(network)) && LabAddresses.On(network, version).Intersect(all).All(held.Contains));
        return held.Concat(whole.SelectMany(network => LabAddresses.On(network, version)));
    }

    private static string Shown(ImmutableArray<string> sorted, IpVersion version)
    {
        var parts = new List<string>();
        var left = sorted.ToList();
        foreach (var network in LabNames.Networks)
            if (LabAddresses.On(network, version) is var members && members.All(left.Contains))
            {
                parts.Add(network);
                left.RemoveAll(name => members.Contains(name));
            }

        return string.Join(',', parts.Concat(left));
    }
}
