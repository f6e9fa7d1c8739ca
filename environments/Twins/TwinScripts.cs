using System.Net;
using System.Net.Sockets;
using System.Text;
using Hooktrail.Namespaces;
using Hooktrail.Text;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Twins;

/// <summary>
/// The scripts that turn empty namespaces into a twin: the host's own devices, then containers and all that is beyond
/// the host with their cables, then the host's ends, its addresses, routes and settings.
/// </summary>
/// <param name="parts">The namespaces.</param>
/// <param name="host">The id of a process in the host's namespace.</param>
internal sealed class TwinScripts(TwinParts parts, int host)
{
    // What is outside sends by a router, so that no address there needs a network.
    private const string Router = "192.0.0.8";
    private const string Router6 = "fe80::8";

    // A new namespace may forward because the machine does.
    private const string Hosts = "set_ net/ipv4/ip_forward 0\nset_ net/ipv6/conf/all/forwarding 0";

    private static readonly string Functions = EmbeddedText.Of(typeof(NamespaceHost).Assembly, "functions.sh");

    private Topology Topology => parts.Topology;

    /// <summary>The bridges.</summary>
    public string Bridges()
    {
        var batch = new StringBuilder("link set lo up\n");
        foreach (var device in Topology.Devices.Where(one => one.Kind == DeviceKind.Bridge))
            batch.Append(
                $"link add {device.Name} address {parts.MacOf(device)} type bridge stp_state 0 forward_delay 0 mcast_snooping 0{Filtering(device)}{Calls(device)}\n");
        return $"{Functions}\nsettings\nquiet\n{Batch("ip", batch)}";
    }

    public string Container(ContainerPart part)
    {
        var batch = new StringBuilder("link set lo up\n");
        foreach (var at in part.Container.Attachments)
        {
            if (at.Port is not { } name || Topology.Find(name) is not { } port)
                continue;
            batch.Append(Cable(at.Device, parts.MacOf(part, at), port));
            foreach (var own in at.Addresses)
                batch.Append(AddressOn(own, at.Device));
            batch.Append(CultureInfo.InvariantCulture, $"link set {at.Device} up\n");
            foreach (var (address, mac) in parts.NeighboursOf(part, at).Where(one => IsKnown(one.Address)))
                batch.Append(Neighbour(address, mac, at.Device));
        }

        var devices = part.Container.Attachments.Select(at => at.Device).Append("lo").ToHashSet();
        Append(batch, RouteCommands.Of(part.Container.Routes, devices.Contains));
        Append(batch, RouteCommands.Of(part.Container.Rules));
        return $"{Functions}\nsettings\nquiet\n{Hosts}\n{Batch("ip", batch)}{Batch("ip -6", RouteCommands.Of(part.Container.Rules6))}";
    }

    /// <summary>
    /// All that is beyond the host. Addresses come later, as they are needed. An answer goes back by the cable that its
    /// request came by; a request goes by the cable that <see cref="SendsBy"/> chose, even to an address that is beyond
    /// the host too.
    /// </summary>
    public string Outside()
    {
        var batch = new StringBuilder("link set lo up\n");
        foreach (var part in parts.Beyond)
        {
            var mac = parts.MacOf(parts.Upper(part.Device));
            batch.Append(CultureInfo.InvariantCulture, $"""
                {Cable(part.Name, parts.MacOf(part), part.Device)}link set {part.Name} up
                {Neighbour(IPAddress.Parse(Router), mac, part.Name)}{Neighbour(IPAddress.Parse(Router6), mac, part.Name)}route add default via {Router} dev {part.Name} onlink table {part.Number}
                route add ::/0 via {Router6} dev {part.Name} table {part.Number}

                """);
            foreach (var (address, neighbour) in parts.NeighboursOf(part))
                batch.Append(OnLink(address, neighbour, part));
        }

        // A kernel may lack the kind dummy. A cable does the same: the host sends without ARP, and the other end drops
        // the packets.
        foreach (var (index, device) in parts.Nowhere.Index())
            batch.Append(
                CultureInfo.InvariantCulture,
                $"link add nowhere{index} type veth peer name {device.Name} address {parts.MacOf(device)} netns /proc/{host}/ns/net\nlink set nowhere{index} up\n");

        // An answer needs some route before its mark chooses another.
        if (parts.Beyond is [var first, ..])
            batch.Append(
                CultureInfo.InvariantCulture,
                $"route add default via {Router} dev {first.Name} onlink\nroute add ::/0 via {Router6} dev {first.Name}\n");
        string[] rules =
        [
            .. parts.Beyond.Select(part => string.Create(
                CultureInfo.InvariantCulture, $"rule add pref 1 fwmark {part.Number} iif lo lookup {part.Number}")),
            "rule add pref 3 lookup local", "rule del pref 0",
        ];
        var ways = string.Join(", ", parts.Beyond.Select(part => string.Create(
            CultureInfo.InvariantCulture, $"\"{part.Name}\" : {part.Number}")));
        return $$"""
            {{Functions}}
            settings
            quiet
            {{Hosts}}
            set_ net/ipv4/conf/all/accept_local 1
            {{Batch("ip", batch)}}{{Batch("ip", rules)}}{{Batch("ip -6", rules)}}
            nft -f - <<'END'
            table inet ways {
                chain come { type filter hook prerouting priority -150; ct direction original ct mark set iifname map { {{(ways.Length == 0 ? "\"lo\" : 0" : ways)}} }; }
                chain go { type route hook output priority -150; ct direction reply meta mark set ct mark; }
            }
            END
            """;
    }

    /// <summary>Requests from an address outside go by the cable.</summary>
    public static string SendsBy(BeyondPart part, IPAddress sender)
    {
        var family = IsV6(sender) ? "-6" : "-4";
        return $"ip {family} rule flush pref 2\nip {family} rule add pref 2 from {sender} iif lo lookup {part.Number}\n";
    }

    /// <summary>The host's ends of all cables; returns when the kernel has brought them up.</summary>
    public string Host()
    {
        var (batch, forwarding) = (new StringBuilder(), new StringBuilder());
        foreach (var device in parts.Nowhere)
            batch.Append($"link set {device.Name} arp off\n");
        foreach (var device in Topology.Devices)
        {
            if (device.Master is { } master && Topology.Find(master) is { Kind: DeviceKind.Bridge })
                batch.Append(CultureInfo.InvariantCulture, $"""
                    link set {device.Name} master {master}
                    link set {device.Name} type bridge_slave hairpin {OnOff(device.Port?.Hairpin)} isolated {OnOff(device.Port?.Isolated)}

                    """);
            foreach (var own in device.Addresses.Where(own => !IsLoopbacksOwn(own)))
                batch.Append(AddressOn(own, device.Name));
            if (device.Kind != DeviceKind.Loopback && device.IsUp)
                batch.Append(CultureInfo.InvariantCulture, $"link set {device.Name} up\n");
        }

        // An entry of the forwarding table is one for each VLAN of its port, so these come first.
        foreach (var device in Topology.Devices.Where(one => parts.Upper(one).FiltersVlans))
            foreach (var vlan in device.Vlans)
                forwarding.Append(Passing(device, vlan));
        foreach (var part in parts.Containers)
            foreach (var at in part.Container.Attachments)
            {
                if (at.Port is not { } name || Topology.Find(name) is not { } port)
                    continue;
                var upper = parts.Upper(port).Name;
                foreach (var own in at.Addresses.Where(one => IsKnown(one.Address) || IsListed(one.Address, upper)))
                    batch.Append(Neighbour(own.Address, parts.MacOf(part, at), upper));
                Append(forwarding, port, parts.MacOf(part, at));
            }

        foreach (var part in parts.Beyond)
            Append(forwarding, part.Device, parts.MacOf(part));
        Append(batch, RouteCommands.Of(Topology.Routes, name => Topology.Find(name) is { IsUp: true }));
        Append(batch, RouteCommands.Of(Topology.Rules));
        foreach (var hop in Topology.Routes.SelectMany(route => route.NextHops))
            if (hop.Gateway is { } gateway && MacOn(hop.Device) is { } mac && !IsContainers(gateway))
                batch.Append(Neighbour(gateway, mac, hop.Device));
        foreach (var known in Topology.Neighbours)
            if (parts.KnownBeyond(known.Device, known.Address) is { } part)
                batch.Append(Neighbour(known.Address, parts.MacOf(part), known.Device));
        foreach (var proxy in Topology.Proxies.Where(one => one.Device is not null))
            batch.Append(CultureInfo.InvariantCulture, $"neigh replace proxy {proxy.Address} dev {proxy.Device}\n");
        var up = parts.Containers.Sum(one => one.Container.Attachments.Count(at => at.Port is not null))
            + parts.Beyond.Length + parts.Nowhere.Count(one => one.IsUp);
        return $$"""
            set -e
            {{Batch("ip", batch)}}{{Batch("ip -6", RouteCommands.Of(Topology.Rules6))}}{{Batch("bridge", forwarding)}}
            until links=$(ip -o link show type veth up); links=${links//' state UP '/$'\001'}; links=${links//[!$'\001']/}; [ ${#links} = {{up}} ]; do :; done
            """;
    }

    /// <summary>Answers for others come at once, not up to a second later (proxy_delay).</summary>
    public IEnumerable<(string Path, string Value)> Delays() =>
        from device in Topology.Devices
        where device.Kind != DeviceKind.Loopback && parts.Upper(device) == device
        from version in (string[])["ipv4", "ipv6"]
        select ($"net/{version}/neigh/{device.Name}/proxy_delay", "0");

    /// <summary>Sets the sysctls that this kernel has; fails with the first that it does not take.</summary>
    public static string Settings(IEnumerable<(string Path, string Value)> settings) =>
        "set -e\n" + string.Concat(settings.Select(
            one => $"[ ! -e '/proc/sys/{one.Path}' ] || {SetupScripts.Set(one.Path, one.Value)}\n"));

    /// <summary>
    /// Gives an address to what is outside: the host chooses by which device it sends there. What is behind another port
    /// of the same bridge sends there without a router.
    /// </summary>
    public string AddressBeyond(IPAddress address)
    {
        var batch = new StringBuilder($"address replace {Single(address)} dev lo{(IsV6(address) ? " nodad" : "")}\n");
        foreach (var (from, mac) in parts.SendersTo(address))
            batch.Append(OnLink(address, mac, from));
        // The kernel makes an address of IPv6 its own a moment after ip has returned (net/ipv6/addrconf.c,
        // addrconf_dad_start), and refuses packets for it until then.
        var own = IsV6(address)
            ? $"until case $(ip -6 route get {address} 2>/dev/null) in local*) ;; *) false ;; esac; do :; done\n"
            : "";
        return Batch("ip", batch) + own;
    }

    /// <summary>Where the host, and who else is on the network, finds an address beyond its devices.</summary>
    public string NeighbourBeyond(IPAddress address)
    {
        var batch = new StringBuilder();
        foreach (var upper in parts.Beyond.Select(one => parts.Upper(one.Device)).Distinct())
            batch.Append(Neighbour(address, parts.MacOf(parts.BeyondOf(upper, address)!), upper.Name));
        return Batch("ip", batch);
    }

    /// <summary>Where containers on a bridge with a port that leads out find the address.</summary>
    public IEnumerable<(ContainerPart Part, string Script)> NeighboursBeyond(IPAddress address) =>
        from part in parts.Containers
        from at in part.Container.Attachments
        let bridge = at.Port is { } port && Topology.Find(port)?.Master is { } master ? Topology.Find(master) : null
        where bridge is not null
        let beyond = parts.BeyondOf(bridge, address)
        where beyond is not null
        select (part, Batch("ip", new StringBuilder(Neighbour(address, parts.MacOf(beyond), at.Device))));

    private bool IsKnown(IPAddress address) => !parts.AsksByArp || IsV6(address);

    private bool IsListed(IPAddress address, string device) => Topology.Neighbours.Any(
        one => one.Mac is not null && one.Device == device && one.Address.Equals(address));

    private static bool IsLoopbacksOwn(HostAddress own) => IPAddress.IsLoopback(own.Address) && own.Length is 8 or 128;

    private bool IsContainers(IPAddress address) => parts.Containers.Any(one =>
        one.Container.Attachments.Any(at => at.Addresses.Any(own => own.Address.Equals(address))));

    // Who is beyond a device, or beyond a port of it.
    private string? MacOn(string device) =>
        parts.Beyond.FirstOrDefault(one => one.Device.Name == device || one.Device.Master == device) is { } beyond
            ? parts.MacOf(beyond)
            : null;

    private string Cable(string name, string mac, Device port) =>
        $"link add {name} address {mac} type veth peer name {port.Name} address {parts.MacOf(port)} netns /proc/{host}/ns/net\n";

    private static string AddressOn(HostAddress own, string device) => own.Ip == IpVersion.V4
        ? $"address add {own} brd + dev {device}\n"
        : $"address add {own} dev {device} nodad\n";

    private static string OnLink(IPAddress address, string mac, BeyondPart from) => string.Create(
        CultureInfo.InvariantCulture,
        $"route replace {Single(address)} dev {from.Name} table {from.Number}\n{Neighbour(address, mac, from.Name)}");

    private static string Neighbour(IPAddress address, string mac, string device) =>
        $"neigh replace {address} lladdr {mac} dev {device} nud permanent\n";

    private static bool IsV6(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6;

    private static string Single(IPAddress address) =>
        string.Create(CultureInfo.InvariantCulture, $"{address}/{address.GetAddressBytes().Length * 8}");

    private static string Filtering(Device bridge) => bridge.FiltersVlans ? " vlan_filtering 1 vlan_default_pvid 0" : "";

    private static string Passing(Device device, PassingVlans vlan) => string.Create(
        CultureInfo.InvariantCulture,
        $"vlan add dev {device.Name} vid {vlan.First}{(vlan.Last > vlan.First ? $"-{vlan.Last}" : "")}{(vlan.IsOfUntagged ? " pvid" : "")}{(vlan.LeavesUntagged ? " untagged" : "")}{(device.Kind == DeviceKind.Bridge ? " self" : "")}\n");

    private static string Calls(Device bridge) =>
        (bridge.Calls.Iptables ? " nf_call_iptables 1" : "") + (bridge.Calls.Ip6tables ? " nf_call_ip6tables 1" : "")
        + (bridge.Calls.Arptables ? " nf_call_arptables 1" : "");

    private void Append(StringBuilder forwarding, Device port, string mac)
    {
        if (parts.Upper(port) != port)
            forwarding.Append(CultureInfo.InvariantCulture, $"fdb replace {mac} dev {port.Name} master static\n");
    }

    private static void Append(StringBuilder batch, IEnumerable<string> lines)
    {
        foreach (var line in lines)
            batch.Append(line).Append('\n');
    }

    private static string OnOff(bool? on) => on == true ? "on" : "off";

    private static string Batch(string program, StringBuilder commands) =>
        commands.Length == 0 ? "" : $"{program} -batch - <<'END'\n{commands}END\n";

    private static string Batch(string program, IEnumerable<string> lines)
    {
        var batch = new StringBuilder();
        Append(batch, lines);
        return Batch(program, batch);
    }
}
