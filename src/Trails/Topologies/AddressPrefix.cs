using System.Net;

namespace Hooktrail.Trails.Topologies;

/// <summary>All addresses whose first bits are those of another: <c>172.18.0.0/16</c>.</summary>
public readonly record struct AddressPrefix
{
    private readonly IPNetwork _network;

    private AddressPrefix(IPNetwork network) => _network = network;

    /// <summary>The first address.</summary>
    public IPAddress Address => _network.BaseAddress;

    /// <summary>The number of bits that are the same in all of its addresses.</summary>
    public int Length => _network.PrefixLength;

    /// <summary>All addresses of the version.</summary>
    public static AddressPrefix All(IpVersion ip) =>
        new(new(ip == IpVersion.V4 ? IPAddress.Any : IPAddress.IPv6Any, 0));

    /// <summary>The prefix of that length in which the address is.</summary>
    public static AddressPrefix Around(IPAddress address, int length)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = length; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new(new(new IPAddress(bytes), length));
    }

    /// <summary>
    /// Reads <c>172.18.0.0/16</c>, an address alone, or <c>default</c> and <c>all</c>, which iproute2 prints for all
    /// addresses.
    /// </summary>
    public static bool TryParse(string text, IpVersion ip, out AddressPrefix prefix)
    {
        prefix = All(ip);
        if (text is "default" or "all")
            return true;
        var slash = text.IndexOf('/');
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var address))
            return false;
        var (longest, length) = (address.GetAddressBytes().Length * 8, 0);
        if (slash >= 0
            && !int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out length))
            return false;
        length = slash < 0 ? longest : length;
        if (length > longest)
            return false;
        prefix = Around(address, length);
        return true;
    }

    public bool Holds(IPAddress address) => _network.Contains(address);

    public override string ToString() => _network.ToString();
}
