using System.Net;
using System.Text;
using Hooktrail.Text;

namespace Hooktrail.Namespaces;

/// <summary>
/// The scripts that turn empty namespaces into the lab. Each container and the WAN has one, which creates the link and
/// sets up its inner end. The host has three: first for settings, then for bridges, last for its ends of the links. One
/// batch of <c>ip</c> does as much as possible.
/// </summary>
/// <param name="topology">What to build.</param>
/// <param name="host">
/// A process in the host's namespace, by its id in the mounted /proc: some releases of <c>ip</c> look there for a
/// namespace, others ask the kernel.
/// </param>
internal sealed class SetupScripts(NamespaceTopology topology, int host)
{
    private static readonly string Functions = EmbeddedText.Of(typeof(SetupScripts).Assembly, "functions.sh");

    /// <summary>First, because a new device copies the default settings.</summary>
    public string Settings() => $"""
        {Functions}
        settings
        quiet
        set_ net/ipv4/ip_forward 1
        set_ net/ipv6/conf/all/forwarding 1
        set_ net/ipv6/conf/default/forwarding 1
        for family in iptables ip6tables arptables; do set_ net/bridge/bridge-nf-call-$family 1; done
        {string.Join('\n', topology.Settings.Select(setting => Set(setting.Key, setting.Value)))}
        """;

    public string Bridges()
    {
        var batch = new StringBuilder("link set lo up\n");
        foreach (var network in topology.Networks)
        {
            var (v4, v6) = (NamespaceAddresses.Nth(network.V4, 1), NamespaceAddresses.Nth(network.V6, 1));
            // No STP and no delay: a port forwards as soon as it is up. No snooping: it would
            // report the bridge's own memberships.
            batch.Append(CultureInfo.InvariantCulture, $"""
                link add {network.Name} address {NamespaceAddresses.Mac(v4)} type bridge stp_state 0 forward_delay 0 mcast_snooping 0
                address add {v4}/{network.V4.PrefixLength} brd + dev {network.Name}
                address add {v6}/{network.V6.PrefixLength} dev {network.Name} nodad
                link set {network.Name} up promisc {OnOff(network.Promiscuous)}

                """);
        }

        return $"set -e\n{Batch("ip", batch)}";
    }

    public string Container(LabNetwork network, LabContainer container)
    {
        var (gateway4, gateway6) = (NamespaceAddresses.Nth(network.V4, 1), NamespaceAddresses.Nth(network.V6, 1));
        var own = NamespaceAddresses.Nth(network.V4, container.Number);
        var batch = Link(
            container.Port, own, network.V4, NamespaceAddresses.Nth(network.V6, container.Number), network.V6);
        if (!network.Internal)
            batch.Append(
                CultureInfo.InvariantCulture, $"route add default via {gateway4}\nroute add default via {gateway6}\n");
        Neighbour(batch, gateway4, NamespaceAddresses.Mac(gateway4), "eth0");
        Neighbour(batch, gateway6, NamespaceAddresses.Mac(gateway4), "eth0");
        foreach (var other in network.Containers.Where(other => other != container))
            Neighbours(batch, network, other, "eth0");
        return $"{Functions}\nsettings\nquiet\n{Batch("ip", batch)}";
    }

    /// <summary>The link to the host's plain NIC, and the routes to the networks beyond the host.</summary>
    public string Wan()
    {
        var (host4, host6) =
            (NamespaceAddresses.Nth(NamespaceTopology.WanV4, 1), NamespaceAddresses.Nth(NamespaceTopology.WanV6, 1));
        var own = NamespaceAddresses.Nth(NamespaceTopology.WanV4, 2);
        var batch = Link(
            LabNames.WanNic, own, NamespaceTopology.WanV4,
            NamespaceAddresses.Nth(NamespaceTopology.WanV6, 2), NamespaceTopology.WanV6);
        foreach (var network in topology.Networks)
            batch.Append(
                CultureInfo.InvariantCulture,
                $"route add {network.V4} via {host4}\nroute add {network.V6} via {host6}\n");
        Neighbour(batch, host4, NamespaceAddresses.PeerMac(own), "eth0");
        Neighbour(batch, host6, NamespaceAddresses.PeerMac(own), "eth0");
        return $"{Functions}\nsettings\nquiet\n{Batch("ip", batch)}";
    }

    /// <summary>The host's ends of the links. The script waits until the kernel reports every link as up.</summary>
    public string Links()
    {
        var (batch, forwarding) = (new StringBuilder(), new StringBuilder());
        foreach (var network in topology.Networks)
            foreach (var container in network.Containers)
            {
                batch.Append(CultureInfo.InvariantCulture, $"""
                    link set {container.Port} master {network.Name} up
                    link set {container.Port} type bridge_slave hairpin {OnOff(container.Hairpin)} isolated {OnOff(container.Isolated)}

                    """);
                Neighbours(batch, network, container, network.Name);
                var mac = NamespaceAddresses.Mac(NamespaceAddresses.Nth(network.V4, container.Number));
                // The bridge may have learned the entry from packets that the container's
                // kernel sent when its link came up.
                forwarding.Append(
                    CultureInfo.InvariantCulture, $"fdb replace {mac} dev {container.Port} master static\n");
            }

        if (topology.Wan)
        {
            var (host, wan) = (
                NamespaceAddresses.Nth(NamespaceTopology.WanV4, 1), NamespaceAddresses.Nth(NamespaceTopology.WanV4, 2));
            var (host6, wan6) = (
                NamespaceAddresses.Nth(NamespaceTopology.WanV6, 1), NamespaceAddresses.Nth(NamespaceTopology.WanV6, 2));
            batch.Append(CultureInfo.InvariantCulture, $"""
                address add {host}/{NamespaceTopology.WanV4.PrefixLength} brd + dev {LabNames.WanNic}
                address add {host6}/{NamespaceTopology.WanV6.PrefixLength} dev {LabNames.WanNic} nodad
                link set {LabNames.WanNic} up

                """);
            Neighbour(batch, wan, NamespaceAddresses.Mac(wan), LabNames.WanNic);
            Neighbour(batch, wan6, NamespaceAddresses.Mac(wan), LabNames.WanNic);
        }

        var up = topology.Containers.Count() + topology.Networks.Count(
            network => !network.Containers.IsEmpty) + (topology.Wan ? 1 : 0);
        // A change of a link waits for the kernel's lock on links, which is held while they come up.
        // After it, the other ends are up.
        return $$"""
            set -e
            {{(batch.Length == 0 ? "" : Batch("ip", batch))}}
            {{(forwarding.Length == 0 ? "" : Batch("bridge", forwarding))}}
            until links=$(ip -o link show up); links=${links//' state UP '/$'\001'}; links=${links//[!$'\001']/}; [ ${#links} = {{up}} ]; do :; done
            ip link set lo up
            """;
    }

    /// <summary>Fails if there is no such sysctl.</summary>
    public static string Set(string path, string value) =>
        $"printf '%s\\n' '{Quoted(value)}' >'/proc/sys/{Quoted(path)}'";

    private static string Quoted(string text) => text.Replace("'", "'\\''", StringComparison.Ordinal);

    private StringBuilder Link(string peer, IPAddress own, IPNetwork v4, IPAddress own6, IPNetwork v6) =>
        new(string.Create(CultureInfo.InvariantCulture, $"""
            link set lo up
            link add eth0 address {NamespaceAddresses.Mac(own)} type veth peer name {peer} address {NamespaceAddresses.PeerMac(own)} netns /proc/{host}/ns/net
            address add {own}/{v4.PrefixLength} brd + dev eth0
            address add {own6}/{v6.PrefixLength} dev eth0 nodad
            link set eth0 up

            """));

    private static void Neighbours(StringBuilder batch, LabNetwork network, LabContainer container, string device)
    {
        var own = NamespaceAddresses.Nth(network.V4, container.Number);
        Neighbour(batch, own, NamespaceAddresses.Mac(own), device);
        Neighbour(batch, NamespaceAddresses.Nth(network.V6, container.Number), NamespaceAddresses.Mac(own), device);
    }

    private static void Neighbour(StringBuilder batch, IPAddress address, string mac, string device) =>
        batch.Append(
            CultureInfo.InvariantCulture, $"neigh replace {address} lladdr {mac} dev {device} nud permanent\n");

    private static string OnOff(bool on) => on ? "on" : "off";

    private static string Batch(string program, StringBuilder commands) =>
        $"{program} -batch - <<'END'\n{commands}END\n";
}
