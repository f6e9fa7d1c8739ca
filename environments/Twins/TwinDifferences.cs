using System.Net;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Twins;

/// <summary>
/// In what a twin differs from the host that it was built from: both were read by the same readers. An answer of the
/// twin is one of the host only as far as none of these matters.
/// </summary>
public static class TwinDifferences
{
    /// <returns>A sentence each; none if the twin is one.</returns>
    public static ImmutableArray<string> Between(HostProfile host, HostProfile twin) =>
        [
            .. OfRules(host.Rules, twin.Rules), .. OtherSets.Of(host.Rules, twin.Rules),
            .. Of("route", Routes(host.Topology), Routes(twin.Topology)),
            .. Of("policy rule", Rules(host.Topology), Rules(twin.Topology)),
            .. Of("device", host.Topology.Devices.Select(one => one.Name), twin.Topology.Devices.Select(one => one.Name)),
            .. Of("address", Addresses(host.Topology), Addresses(twin.Topology)),
            .. Of("listening socket", Sockets(host.Topology), Sockets(twin.Topology)),
            .. Of("VLAN", Vlans(host.Topology), Vlans(twin.Topology)),
            .. Of("proxy neighbour", Proxies(host.Topology), Proxies(twin.Topology)),
            .. OtherSets.OfNeighbours(host.Topology, twin.Topology),
            .. OfSettings(host.Topology, twin.Topology),
            .. host.BrNetfilter == twin.BrNetfilter ? [] : (string[])[$"br_netfilter is loaded only {(host.BrNetfilter ? "on the host" : "in the twin")}."],
        ];

    private static IEnumerable<string> OfRules(RuleSet host, RuleSet twin)
    {
        foreach (var chain in host.Chains)
            if (twin.Find(chain.Id) is not { } built)
            {
                if (!chain.Rules.IsEmpty)
                    yield return $"The twin has no chain {chain.Id}.";
            }
            else if (chain.Policy != built.Policy)
            {
                yield return $"The twin's chain {chain.Id} has the policy {built.Policy}, and the host's has {chain.Policy}.";
            }
            else if (FirstOther(chain.Rules, built.Rules) is { } at)
            {
                yield return IsSameText(chain.Rules.ElementAtOrDefault(at), built.Rules.ElementAtOrDefault(at))
                    ? $"The twin's chain {chain.Id} has the rule {Quoted(chain, at)}, whose set has other entries."
                    : $"The twin's chain {chain.Id} has other rules: {Quoted(built, at)} instead of {Quoted(chain, at)}.";
            }

        foreach (var chain in twin.Chains.Where(chain => !chain.Rules.IsEmpty && host.Find(chain.Id) is null))
            yield return $"The twin has a chain {chain.Id}, and the host has none.";
    }

    /// <summary>The index of the first rule that differs; null if there is none.</summary>
    private static int? FirstOther(ImmutableArray<Rule> host, ImmutableArray<Rule> twin)
    {
        for (var at = 0; at < Math.Max(host.Length, twin.Length); at++)
            if (host.ElementAtOrDefault(at) is not { } here || twin.ElementAtOrDefault(at) is not { } there
                || !IsSame(here, there))
                return at;
        return null;
    }

    // Tools print a rule otherwise than a user types it: -m tcp, /32. And one text is two rules where their sets differ.
    private static bool IsSame(Rule one, Rule other) =>
        one.Target == other.Target && one.Matches.AsSpan().SequenceEqual(other.Matches.AsSpan());

    private static bool IsSameText(Rule? one, Rule? other) => one is not null && one.Text == other?.Text;

    private static string Quoted(RuleChain chain, int at) => $"\"{chain.Rules.ElementAtOrDefault(at)?.Text ?? "none"}\"";

    private static IEnumerable<string> Of(string kind, IEnumerable<string> host, IEnumerable<string> twin)
    {
        var (here, there) = (host.ToHashSet(), twin.ToHashSet());
        return here.Except(there).Select(one => $"The twin lacks the {kind} \"{one}\".")
            .Concat(there.Except(here).Select(one => $"The twin has the {kind} \"{one}\", and the host has not."));
    }

    // Those of link-local addresses depend on each device's own MAC address, and that of ::1 on the kernel. They decide
    // nothing between others.
    private static IEnumerable<string> Routes(Topology topology) =>
        from route in topology.Routes
        where route.Kind is not (RouteKind.Multicast or RouteKind.Anycast)
            && !IPAddress.IPv6Loopback.Equals(route.Destination.Address)
            && !route.Destination.Address.IsIPv6LinkLocal && !route.Destination.Address.IsIPv6Multicast
        select route.ToString();

    private static IEnumerable<string> Rules(Topology topology) =>
        topology.Rules.Select(rule => $"{rule.Priority} {rule}")
            .Concat(topology.Rules6.Select(rule => $"{rule.Priority} {rule} (IPv6)"));

    private static IEnumerable<string> Addresses(Topology topology) =>
        from device in topology.Devices
        from own in device.Addresses
        where !own.Address.IsIPv6LinkLocal
        select $"{own} on {device}";

    private static IEnumerable<string> Proxies(Topology topology) => topology.Proxies.Select(one => one.ToString());

    private static IEnumerable<string> Sockets(Topology topology) =>
        from end in topology.Containers.Select(one => (one.Name, one.Listening))
            .Prepend((Name: Endpoint.Host.Name, Listening: topology.Listening))
        from socket in end.Listening
        select string.Create(
            CultureInfo.InvariantCulture, $"{socket.Address} port {socket.Port}/{socket.Protocol} of {end.Name}");

    // Other bridges have VLANs too, and do not look at them.
    private static IEnumerable<string> Vlans(Topology topology) =>
        from device in topology.Devices
        where device.FiltersVlans || (device.Master is { } master && topology.Find(master) is { FiltersVlans: true })
        from vlan in device.Vlans
        select $"{vlan} of {device}";

    private static IEnumerable<string> OfSettings(Topology host, Topology twin) =>
        from device in host.Devices
        let built = twin.Find(device.Name)
        where built is not null
        from pair in Named(device.Settings).Zip(Named(built.Settings))
        where pair.First.Value != pair.Second.Value
        select string.Create(
            CultureInfo.InvariantCulture,
            $"{pair.First.Name} of {device} is {pair.First.Value} on the host, and {pair.Second.Value} in the twin.");

    private static IEnumerable<(string Name, int Value)> Named(DeviceSettings settings) =>
    [
        ("forwarding", settings.Forwarding ? 1 : 0), ("forwarding (IPv6)", settings.Forwarding6 ? 1 : 0),
        ("rp_filter", settings.RpFilter), ("route_localnet", settings.RouteLocalnet ? 1 : 0),
        ("accept_local", settings.AcceptLocal ? 1 : 0), ("send_redirects", settings.SendRedirects ? 1 : 0),
        ("arp_ignore", settings.ArpIgnore), ("arp_filter", settings.ArpFilter ? 1 : 0),
        ("proxy_arp", settings.ProxyArp ? 1 : 0), ("proxy_arp_pvlan", settings.ProxyArpPvlan ? 1 : 0),
        ("medium_id", settings.MediumId), ("proxy_ndp", settings.ProxyNdp ? 1 : 0),
        ("disable_ipv6", settings.HasIpv6 ? 0 : 1),
    ];
}
