using System.Net;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Twins;

/// <summary>
/// The namespaces of a twin: the host's, one for each container that has its own, and one for all that is beyond the
/// host, with a cable to each device that leads out.
/// </summary>
internal sealed class TwinParts
{
    public const string Host = "host";
    public const string Outside = "outside";

    public TwinParts(TwinPlan plan)
    {
        var topology = Topology = plan.Topology;
        AsksByArp = plan.AsksByArp;
        Containers =
        [
            .. topology.Containers.Where(one => one is { IsHosted: false, SharesWith: null })
                .Select((container, index) => new ContainerPart($"container{index}", container)),
        ];
        Beyond = [.. topology.LeadingOut().Select((device, index) => new BeyondPart($"eth{index}", index + 1, device))];
        var cables = Containers.SelectMany(one => one.Container.Attachments).Select(at => at.Port)
            .Concat(Beyond.Select(one => one.Device.Name))
            .ToHashSet();
        Nowhere =
        [
            .. topology.Devices.Where(one =>
                one.Kind is not (DeviceKind.Loopback or DeviceKind.Bridge) && !cables.Contains(one.Name)),
        ];
    }

    public Topology Topology { get; }

    /// <summary>Whether the host and its containers ask for each other's MAC addresses of IPv4.</summary>
    public bool AsksByArp { get; }

    public ImmutableArray<ContainerPart> Containers { get; }

    public ImmutableArray<BeyondPart> Beyond { get; }

    /// <summary>The devices of the host that lead to no container and to no network.</summary>
    public ImmutableArray<Device> Nowhere { get; }

    /// <summary>The names of the namespaces, the host's first.</summary>
    public ImmutableArray<string> Stations =>
        [Host, .. Containers.Select(one => one.Station), Outside];

    /// <summary>The MAC address of a device of the host: its own, or one made of its place.</summary>
    public string MacOf(Device device) => device.Mac ?? Made(0, Topology.Devices.IndexOf(device), 0);

    public string MacOf(ContainerPart part, Attachment at) =>
        at.Mac ?? Made(1, Containers.IndexOf(part), part.Container.Attachments.IndexOf(at));

    /// <summary>The MAC address of everyone beyond the device.</summary>
    public string MacOf(BeyondPart part) => Made(2, Beyond.IndexOf(part), 0);

    /// <summary>The device that has the addresses: the bridge of a port, or the device itself.</summary>
    public Device Upper(Device device) =>
        device.Master is { } master && Topology.Find(master) is { Kind: DeviceKind.Bridge } bridge ? bridge : device;

    /// <summary>
    /// Who is on the network of a container's device besides it: each address, and its MAC address. An isolated port
    /// does not hear another, so for who is there only the host can answer.
    /// </summary>
    public IEnumerable<(IPAddress Address, string Mac)> NeighboursOf(ContainerPart part, Attachment at)
    {
        if (at.Port is not { } name || Topology.Find(name) is not { } port)
            return [];
        var upper = Upper(port);
        return
        [
            .. upper.Addresses.Select(own => (own.Address, MacOf(upper))),
            .. from other in Containers
               from there in other.Container.Attachments
               where (other != part || there != at) && there.Port is { } their
                   && Topology.Find(their) is { } peer && Upper(peer) == upper
                   && !(port.Port is { Isolated: true } && peer.Port is { Isolated: true })
               from own in there.Addresses
               select (own.Address, MacOf(other, there)),
        ];
    }

    /// <summary>
    /// The containers that share a bridge with the device. What is outside sends to them without a router.
    /// </summary>
    public IEnumerable<(IPAddress Address, string Mac)> NeighboursOf(BeyondPart part) =>
        from other in Containers
        from at in other.Container.Attachments
        where at.Port is { } port && Topology.Find(port) is { } peer && peer.Master is not null
            && peer.Master == part.Device.Master
        from own in at.Addresses
        select (own.Address, MacOf(other, at));

    /// <summary>
    /// Who is on the device's network beyond it, at an address: behind the port that the host's own tables of neighbours
    /// and of the bridge tell, else behind the first that leads out.
    /// </summary>
    public BeyondPart? BeyondOf(Device upper, IPAddress address) =>
        KnownBeyond(upper.Name, address) ?? Beyond.FirstOrDefault(part => Upper(part.Device) == upper);

    /// <summary>
    /// The other ports of a bridge behind one of which its tables have the address, and the MAC address there: what is
    /// behind them sends to it without a router.
    /// </summary>
    public IEnumerable<(BeyondPart From, string Mac)> SendersTo(IPAddress address) =>
        from part in Beyond
        let there = part.Device.Master is { } bridge ? KnownBeyond(bridge, address) : null
        where there is not null && there != part
        select (part, MacOf(there));

    /// <summary>
    /// The port of a bridge behind which the host's own tables of neighbours and of the bridge have the address, as they
    /// have that of a VM; null if they do not tell.
    /// </summary>
    public BeyondPart? KnownBeyond(string bridge, IPAddress address)
    {
        var mac = Topology.Neighbours.FirstOrDefault(one => one.Device == bridge && one.Address.Equals(address))?.Mac;
        var ports = Topology.Forwarding.Where(row => row.Mac == mac).Select(row => row.Port);
        return Beyond.FirstOrDefault(part => part.Device.Master == bridge && ports.Contains(part.Device.Name));
    }

    private static string Made(int kind, int index, int at) => string.Create(
        CultureInfo.InvariantCulture, $"02:68:{kind:x2}:{index >> 8 & 0xff:x2}:{index & 0xff:x2}:{at:x2}");
}

/// <summary>A container, and the namespace that stands for it.</summary>
internal sealed record ContainerPart(string Station, Container Container);

/// <summary>The outside end of a cable from a device of the host.</summary>
/// <param name="Name">The name of the end.</param>
/// <param name="Number">Its number: of the table with its route, and of the mark that chooses the table.</param>
/// <param name="Device">The device of the host.</param>
internal sealed record BeyondPart(string Name, int Number, Device Device);
