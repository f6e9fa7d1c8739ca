using System.Net;
using System.Net.Sockets;

namespace Hooktrail.Hosts.Anonymous;

/// <summary>Takes note of what a snapshot has, and leaves it as it is.</summary>
internal sealed class Collected : Replacements
{
    private readonly Dictionary<AddressFamily, (HashSet<AddressSpan> Networks, HashSet<AddressSpan> Ranges)> _spans =
        new() { [AddressFamily.InterNetwork] = ([], []), [AddressFamily.InterNetworkV6] = ([], []) };

    private readonly OrderedDictionary<string, bool> _macs = new();
    private readonly OrderedDictionary<(NameKind, string), bool> _names = new();

    public IEnumerable<string> Macs => _macs.Keys;

    public IEnumerable<(NameKind Kind, string Name)> Names => _names.Keys;

    public AddressMap Map(AddressFamily family) =>
        AddressMap.Of(family, _spans[family].Networks, _spans[family].Ranges);

    public override IPAddress Address(IPAddress address)
    {
        _spans[address.AddressFamily].Networks.Add(AddressSpan.Of(address));
        return address;
    }

    public override (IPAddress Address, int Length) Network(IPAddress address, int length)
    {
        var network = AddressSpan.Of(address, length);
        _spans[address.AddressFamily].Networks.Add(network);
        if (AddressSpan.Number(address) != network.First)
            Address(address);
        return (address, length);
    }

    public override (IPAddress First, IPAddress Last) Range(IPAddress first, IPAddress last)
    {
        var span = new AddressSpan(AddressSpan.Number(first), AddressSpan.Number(last));
        if (span.First <= span.Last)
            _spans[first.AddressFamily].Ranges.Add(span);
        return (first, last);
    }

    public override string Mac(string mac)
    {
        _macs.TryAdd(mac, true);
        return mac;
    }

    public override string Name(NameKind kind, string name)
    {
        _names.TryAdd((kind, name), true);
        return name;
    }
}
