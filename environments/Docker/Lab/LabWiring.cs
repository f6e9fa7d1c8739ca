using System.Net;
using System.Text.RegularExpressions;
using Hooktrail.Observation;

namespace Hooktrail.Docker.Lab;

/// <summary>The lab's networks on the host: their addresses, the link to the WAN, the names of their devices.</summary>
internal sealed partial class LabWiring(RunId run, Shell probe)
{
    public async Task<LabSubnets> ChooseAsync(CancellationToken cancellation) =>
        LabSubnets.Choose(
            await probe.RunAsync("list what is in use", LabSubnets.Script, cancellation).ConfigureAwait(false));

    /// <summary>
    /// Makes a bridge of the run use its IPv6 address at once. Docker adds the address with duplicate address
    /// detection, which takes the kernel a second or two after the first port has joined. Until then, no one
    /// can reach the bridge by that address, and the kernel sends no neighbour solicitation from the
    /// link-local address, which forwarding needs (net/ipv6/ndisc.c, ndisc_solicit). A host with detection on
    /// every device (net.ipv6.conf.all.accept_dad) still runs it for the link-local address
    /// (net/ipv6/addrconf.c, addrconf_dad_begin).
    /// </summary>
    public Task TrustAddressAsync(string bridge, string address, CancellationToken cancellation) => probe.RunAsync(
        "set up a bridge",
        $"""
        [ ! -e /host/net/ipv6/conf/{bridge}/accept_dad ] || echo 0 >/host/net/ipv6/conf/{bridge}/accept_dad || exit
        ip -6 address delete {address} dev {bridge} && ip -6 address add {address} dev {bridge} nodad
        """,
        cancellation);

    /// <summary>Returns the IPv4 network of the link.</summary>
    public async Task<IPNetwork> JoinWanAsync(
        Shell wan, int process, LabSubnets subnets, IEnumerable<string> candidates, CancellationToken cancellation)
    {
        var lines = await probe.RunAsync(
            "join the WAN",
            $"hooktrail-wan {run} {process} {subnets.WanV6} {string.Join(' ', candidates)}",
            cancellation).ConfigureAwait(false);
        var network = IPNetwork.Parse(lines[^1]);
        await wan.RunAsync(
            "set up the WAN's end of the link",
            $"""
            set -e
            ip address add {LabAddresses.Nth(network, 2)}/{network.PrefixLength} dev eth0
            ip address add {LabAddresses.Nth(subnets.WanV6, 2)}/{subnets.WanV6.PrefixLength} dev eth0 nodad
            ip link set eth0 up
            ip route add {subnets.V4} via {LabAddresses.Nth(network, 1)}
            ip route add {subnets.V6} via {LabAddresses.Nth(subnets.WanV6, 1)}
            """,
            cancellation).ConfigureAwait(false);
        return network;
    }

    /// <summary>The runs with a bridge that some rule on the host names.</summary>
    public async Task<ImmutableHashSet<string>> NamedInRulesAsync(CancellationToken cancellation)
    {
        var named = await probe.RunAsync(
            "look which bridges the rules name",
            $$"""
            { nft list ruleset; iptables-legacy-save; ip6tables-legacy-save; } 2>/dev/null |
                grep -oE '\bht-[a-z0-9]{5}-({{string.Join('|', LabNames.Networks)}})\b' | sort -u || :
            """,
            cancellation).ConfigureAwait(false);
        return [.. named.Select(device => device.Split('-')[1])];
    }

    /// <remarks>Adds the containers' bridge ports to <paramref name="addresses"/>.</remarks>
    public async Task<LabMap> NamesAsync(
        LabAddresses addresses,
        IEnumerable<(Endpoint Endpoint, Shell Shell)> containers,
        CancellationToken cancellation)
    {
        var links = (await probe.RunAsync("list the links", "ip -o link", cancellation).ConfigureAwait(false))
            .Select(line => (
                Fields: line.Split([':', '@'], StringSplitOptions.TrimEntries),
                Mac: Ether().Match(line).Groups[1].Value))
            .ToDictionary(link => link.Fields[0], link => (Name: link.Fields[1], link.Mac));

        var devices = addresses.Networks.ToImmutableDictionary(addresses.Device)
            .Add(addresses.Device(LabNames.WanNic), LabNames.WanNic)
            .Add("lo", LabNames.Loopback);
        var macs = links.Values.Where(link => LabNames.Networks.Contains(devices.GetValueOrDefault(link.Name, "")))
            .ToImmutableDictionary(link => link.Mac, link => devices[link.Name]);
        var found = await Task.WhenAll(containers.Select(FindAsync)).ConfigureAwait(false);
        foreach (var (endpoint, lines) in found)
        {
            devices = devices.Add(links[lines[0]].Name, LabNames.PortOf(endpoint));
            macs = macs.SetItem(lines[1], endpoint.Name);
        }

        addresses.InsiderHasRoute = found.Any(one => one.Endpoint == Endpoint.Insider && one.Lines.Count > 2);
        addresses.PortDevices = found.ToImmutableDictionary(
            one => LabNames.PortOf(one.Endpoint), one => links[one.Lines[0]].Name);
        return new LabMap(devices, addresses.Names) { Ports = addresses.Ports, Macs = macs };

        async Task<(Endpoint Endpoint, IReadOnlyList<string> Lines)> FindAsync(
            (Endpoint Endpoint, Shell Shell) container) => (
            container.Endpoint,
            await container.Shell.RunAsync(
                "find the bridge port",
                """
                cat /sys/class/net/eth0/iflink /sys/class/net/eth0/address
                ip route show default
                ip -6 route show default
                """,
                cancellation).ConfigureAwait(false));
    }

    /// <summary>Turns bridge-nf-call-* until the result is disposed; runs that need other settings wait.</summary>
    public async Task<IAsyncDisposable> SwitchAsync(
        IEnumerable<string> bridges, HostProfile profile, CancellationToken cancellation)
    {
        static string Word(bool on) => on ? "on" : "off";
        var all = string.Join(' ', bridges);
        var wanted = string.Join(
            ' ',
            Word(profile.BridgeNfCallIptables),
            Word(profile.BridgeNfCallIp6tables),
            Word(profile.BridgeNfCallArptables));
        var said = await probe.RunAsync(
            "turn bridge-nf-call-*", $". hooktrail-switch {run} {wanted} {all}", cancellation).ConfigureAwait(false);
        return new AtEnd(probe, "turn the switch back", $". hooktrail-switch {run} release '{said[^1]}' {all}");
    }

    [GeneratedRegex(@" link/ether (\S+)")]
    private static partial Regex Ether();
}
