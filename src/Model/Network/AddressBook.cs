using System.Net;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Model.Network;

/// <summary>
/// Names of addresses, and the numbers behind them. Rules, packets and trails know addresses by name; an address
/// without a name is called by its text.
/// </summary>
internal sealed class AddressBook(Topology topology)
{
    private readonly Dictionary<string, IPAddress> _numbers = topology.Names
        .GroupBy(one => one.Name)
        .ToDictionary(one => one.Key, one => one.First().Address);

    private readonly Dictionary<IPAddress, string> _names = topology.Names
        .ToDictionary(one => one.Address, one => one.Name);

    private readonly Memory<string, IPAddress?> _texts = new(most: 10_000);

    public string NameOf(IPAddress address) => _names.TryGetValue(address, out var name) ? name : address.ToString();

    /// <summary>
    /// Of a name with an address in each version of IP the first, as both have the same place; null for a name that
    /// stands for no address.
    /// </summary>
    public IPAddress? NumberOf(string name)
    {
        if (_numbers.TryGetValue(name, out var number) || _texts.TryRecall(name, out number))
            return number;
        return _texts.Keep(name, IPAddress.TryParse(name, out var parsed) ? parsed : null);
    }
}
