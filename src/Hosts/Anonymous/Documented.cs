using System.Net;
using System.Net.Sockets;

namespace Hooktrail.Hosts.Anonymous;

/// <summary>Puts documentation addresses and numbered names in place of what was collected.</summary>
internal sealed class Documented(Collected all) : Replacements
{
    private static readonly ImmutableHashSet<string> KnownNetworks =
        ["bridge", "host", "none", "default", "podman", "ingress", "docker_gwbridge", ""];

    private readonly AddressMap _map4 = all.Map(AddressFamily.InterNetwork);
    private readonly AddressMap _map6 = all.Map(AddressFamily.InterNetworkV6);
    private readonly MacMap _macs = new(all.Macs);

    private readonly Dictionary<(NameKind, string), string> _names = all.Names
        .Where(one => one.Name.Length > 0 && !(one.Kind == NameKind.Network && KnownNetworks.Contains(one.Name)))
        .GroupBy(one => one.Kind)
        .SelectMany(kind => kind.Select((one, index) => (one, Name: string.Create(
            CultureInfo.InvariantCulture, $"{kind.Key.ToString().ToLowerInvariant()}-{index + 1}"))))
        .ToDictionary(one => one.one, one => one.Name);

    public override IPAddress Address(IPAddress address) => WithMac(Map(address).Address(address));

    public override (IPAddress Address, int Length) Network(IPAddress address, int length)
    {
        var (to, bits) = Map(address).Network(address, length);
        return (WithMac(to), bits);
    }

    public override (IPAddress First, IPAddress Last) Range(IPAddress first, IPAddress last) =>
        Map(first).IsPublic(new(AddressSpan.Number(first), AddressSpan.Number(last)))
            ? (Address(first), Address(last))
            : (first, last);

    public override string Mac(string mac) => _macs.Of(mac);

    public override string Name(NameKind kind, string name) => _names.GetValueOrDefault((kind, name), name);

    private AddressMap Map(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork ? _map4 : _map6;

    // The lower half of an address may be made of the MAC address (RFC 4291, appendix A), as of fe80::.
    private IPAddress WithMac(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        if (bytes.Length != 16 || (bytes[11], bytes[12]) != (0xff, 0xfe))
            return address;
        string[] words =
        [
            .. new[] { (byte)(bytes[8] ^ 2), bytes[9], bytes[10], bytes[13], bytes[14], bytes[15] }
                .Select(one => one.ToString("x2", CultureInfo.InvariantCulture)),
        ];
        if (_macs.Find(string.Join(':', words)) is not { } mac)
            return address;
        var to = mac.Split(':').Select(one => byte.Parse(one, NumberStyles.HexNumber, CultureInfo.InvariantCulture))
            .ToArray();
        (bytes[8], bytes[9], bytes[10]) = ((byte)(to[0] ^ 2), to[1], to[2]);
        (bytes[13], bytes[14], bytes[15]) = (to[3], to[4], to[5]);
        return new(bytes);
    }
}
