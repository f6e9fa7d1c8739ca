using System.Net.NetworkInformation;
using System.Net.Sockets;
using Hooktrail.Namespaces;

namespace Hooktrail.Tests.Namespaces;

/// <summary>The host as it stands: its endpoints and their names, and that it sends nothing unasked.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class NamespaceHostTests
{
    private NamespaceHost _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _host = await Spaces.StartAsync(NamespaceTopology.Whole);

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
    }

    [Test]
    public async Task Every_pair_reaches_each_other_as_the_routes_have_it_in_both_families(CancellationToken cancel) =>
        Assert.That(await Reachability.DifferencesAsync(_host, cancel), Is.Empty);

    [Test]
    public async Task Its_devices_are_those_of_the_map(CancellationToken cancel)
    {
        var links = await _host.Host.RunAsync("list the links", "ip -br link | sed 's/[@ ].*//'", cancel);
        Assert.That(links, Is.EquivalentTo(_host.Map.Devices.Keys));
        Assert.That(links, Is.SupersetOf(new[] { "lo", "lab", "client.port", "stranger.port", "wan.nic" }));
    }

    [Test]
    public async Task Its_addresses_are_those_of_the_map(CancellationToken cancel)
    {
        foreach (var (name, address) in _host.Addresses.All.Where(
            named => !named.Name.EndsWith(".broadcast", StringComparison.Ordinal)))
        {
            var station = name.Contains('.') ? "host" : name;
            var found = await _host[station].RunAsync("find an address", $"ip -o address show to {address}", cancel);
            Assert.That(found, Is.Not.Empty, $"{name} {address}");
            Assert.That(_host.Map.Address(address), Is.EqualTo(name));
        }
    }

    [Test]
    public async Task Nobody_asks_for_a_neighbour_and_no_entry_is_learnt(CancellationToken cancel)
    {
        await using var host = await Spaces.StartAsync(NamespaceTopology.Whole, cancel);
        await host.Host.RunAsync(
            "count",
            """
            nft -f - <<'END'
            table bridge t {
                chain p {
                    type filter hook prerouting priority -300
                    ether type arp counter
                    icmpv6 type { 133, 134, 135, 136 } counter
                }
            }
            table netdev w {
                chain p {
                    type filter hook ingress device "wan.nic" priority 0
                    ether type arp counter
                    icmpv6 type { 133, 134, 135, 136 } counter
                }
            }
            END
            """,
            cancel);
        Assert.That(await Reachability.DifferencesAsync(host, cancel), Is.Empty);

        var counters = await host.Host.RunAsync(
            "read the counters", "nft list ruleset | grep -o 'packets [0-9]*'", cancel);
        Assert.That(counters, Is.EqualTo(Enumerable.Repeat("packets 0", 4)));
        foreach (var station in host.Topology.Stations)
            Assert.That(
                await host[station].RunAsync(
                    "list the neighbours", "ip neigh show nud all | grep -v PERMANENT | grep -v NOARP; true", cancel),
                Is.Empty,
                station);
    }

    [Test]
    public async Task It_says_nothing_that_nobody_asked_it_to_say(CancellationToken cancel)
    {
        await using var host = await Spaces.StartAsync(NamespaceTopology.Whole, cancel);
        await host.Host.RunAsync(
            "count what is no ping",
            """
            nft -f - <<'END'
            table bridge t {
                chain p { type filter hook prerouting priority -300; icmp type { echo-request, echo-reply } accept; icmpv6 type mld2-listener-report counter accept; counter; }
                chain o { type filter hook output priority -300; icmp type { echo-request, echo-reply } accept; icmpv6 type mld2-listener-report counter accept; counter; }
            }
            table inet t {
                chain p { type filter hook prerouting priority -300; icmp type { echo-request, echo-reply } accept; icmpv6 type mld2-listener-report counter accept; counter; }
                chain o { type filter hook output priority -300; icmp type { echo-request, echo-reply } accept; icmpv6 type mld2-listener-report counter accept; counter; }
            }
            END
            """,
            cancel);
        await host["client"].RunAsync("pass half a second", "ping -q -c 50 -i 0.01 172.30.1.3", cancel);
        var counters = await host.Host.RunAsync(
            "read the counters", "nft list ruleset | grep -o 'packets [0-9]*'", cancel);
        Assert.That(counters, Is.All.EqualTo("packets 0"), string.Join(", ", counters));
    }

    [Test]
    public async Task Addresses_and_their_Ethernet_addresses_are_the_same_every_time(CancellationToken cancel)
    {
        await using var other = await Spaces.StartAsync(NamespaceTopology.Whole, cancel);
        const string Own =
            "ip -o link show eth0 | grep -o 'link/ether [^ ]*'; ip -br address show eth0 | sed 's/.* UP *//'";
        foreach (var station in new[] { "client", "wan" })
            Assert.That(
                await other[station].RunAsync("look", Own, cancel),
                Is.EqualTo(await _host[station].RunAsync("look", Own, cancel)));
        const string Ethernet = "ip -br link | sed 's/@[^ ]*//' | sort";
        Assert.That(
            await other.Host.RunAsync("look", Ethernet, cancel),
            Is.EqualTo(await _host.Host.RunAsync("look", Ethernet, cancel)));
    }

    [Test]
    public async Task A_sysctl_is_set_in_the_host_or_in_a_station_and_nowhere_else(CancellationToken cancel)
    {
        await using var host = await Spaces.StartAsync(NamespaceTopology.Small, cancel);
        await host.SetAsync("net/ipv4/ip_forward", "0", cancel);
        await host.SetAsync("client", "net/ipv4/ip_default_ttl", "7", cancel);

        Assert.That(await host.GetAsync("net/ipv4/ip_forward", cancel), Is.EqualTo("0"));
        Assert.That(await _host.GetAsync("net/ipv4/ip_forward", cancel), Is.EqualTo("1"));
        Assert.That(
            await host["client"].RunAsync("read", "cat /proc/sys/net/ipv4/ip_default_ttl", cancel),
            Is.EqualTo(new[] { "7" }));
        Assert.That(
            await host["server"].RunAsync("read", "cat /proc/sys/net/ipv4/ip_default_ttl", cancel),
            Is.EqualTo(new[] { "64" }));
    }

    [Test]
    public void A_sysctl_that_is_not_there_is_named() =>
        Assert.That(
            () => _host.SetAsync("net/bridge/bridge-nf-call-nothing", "1"),
            Throws.TypeOf<HooktrailException>().With.Message.Contains(
                "Could not set net/bridge/bridge-nf-call-nothing to 1 in host"));

    [Test]
    public async Task Settings_of_the_topology_hold_before_there_is_any_device(CancellationToken cancel)
    {
        var settings = NamespaceTopology.Small.Settings.Add("net/ipv4/conf/default/rp_filter", "1").Add(
            "net/ipv4/conf/all/rp_filter", "1");
        await using var host = await Spaces.StartAsync(NamespaceTopology.Small with { Settings = settings }, cancel);
        Assert.That(await host.GetAsync("net/ipv4/conf/wan.nic/rp_filter", cancel), Is.EqualTo("1"));
        Assert.That(await _host.GetAsync("net/ipv4/conf/wan.nic/rp_filter", cancel), Is.EqualTo("0"));
    }

    [Test]
    public async Task Ports_and_bridges_can_be_switched_at_the_start_and_later(CancellationToken cancel)
    {
        var lab = NamespaceTopology.Lab;
        var topology = new NamespaceTopology
        {
            Networks = [lab with
            {
                Promiscuous = true,
                Containers = [lab.Containers[0] with { Hairpin = true, Isolated = true }, lab.Containers[1]]
            }],
        };
        await using var host = await Spaces.StartAsync(topology, cancel);
        const string Look =
            "for port in client server; do bridge -d link show dev $port.port; done | grep -o 'hairpin o[nf]*\\|isolated o[nf]*'; ip link show lab | grep -c PROMISC; true";
        Assert.That(
            await host.Host.RunAsync("look", Look, cancel),
            Is.EqualTo(new[] { "hairpin on", "isolated on", "hairpin off", "isolated off", "1" }));

        await host.SetHairpinAsync("client", false, cancel);
        await host.SetHairpinAsync("server", true, cancel);
        await host.SetIsolatedAsync("client", false, cancel);
        await host.SetPromiscuousAsync("lab", false, cancel);
        Assert.That(
            await host.Host.RunAsync("look", Look, cancel),
            Is.EqualTo(new[] { "hairpin off", "isolated off", "hairpin on", "isolated off", "0" }));
    }

    [Test]
    public async Task A_script_may_write_to_the_error_channel(CancellationToken cancel)
    {
        await _host["stranger"].RunAsync("speak", "echo one >&3; echo two >&3", cancel);
        Assert.That(await _host["stranger"].Session.StandardError.ReadAsync(cancel), Is.EqualTo("one"));
        Assert.That(await _host["stranger"].Session.StandardError.ReadAsync(cancel), Is.EqualTo("two"));
    }

    [Test]
    public async Task The_rule_tools_work_in_it_and_need_no_file_outside(CancellationToken cancel)
    {
        await using var host = await Spaces.StartAsync(NamespaceTopology.Small, cancel);
        await host.Host.RunAsync(
            "use the tools",
            """
            set -e
            nft add table inet t
            iptables -t nat -A POSTROUTING -s 172.30.1.0/24 ! -o lab -j MASQUERADE
            ebtables -A FORWARD -p IPv4 -j ACCEPT
            ! command -v iptables-legacy || iptables-legacy -A FORWARD -j ACCEPT
            """,
            cancel);
        Assert.That(await Reachability.DifferencesAsync(host, cancel), Is.Empty);
    }

    [Test]
    public async Task Two_at_once_do_not_see_each_other_and_the_machine_sees_neither(CancellationToken cancel)
    {
        var hosts = await Task.WhenAll(
            Spaces.StartAsync(NamespaceTopology.Whole, cancel), Spaces.StartAsync(NamespaceTopology.Whole, cancel));
        await using var one = hosts[0];
        await using var other = hosts[1];

        Assert.That(Traces.Of(one).Namespaces.Intersect(Traces.Of(other).Namespaces), Is.Empty);
        Assert.That(
            Traces.Of(one).Namespaces.Count(name => name.StartsWith("net:", StringComparison.Ordinal)),
            Is.EqualTo(8),
            "host, six containers, wan");
        Assert.That(
            (await Task.WhenAll(
                Reachability.DifferencesAsync(one, cancel),
                Reachability.DifferencesAsync(other, cancel))).SelectMany(d => d),
            Is.Empty);
        await one.Host.RunAsync("change one", "ip link set lab down; touch $TMPDIR/mine", cancel);
        Assert.That(
            await other.Host.RunAsync("look at the other", "ip -br link show lab; ls $TMPDIR", cancel),
            Has.One.Contains("UP").And.None.EqualTo("mine"));
        Assert.That(
            NetworkInterface.GetAllNetworkInterfaces().Select(nic => nic.Name), Has.None.EqualTo("client.port"));
    }

    [Test]
    public async Task Only_what_is_asked_for_is_built(CancellationToken cancel)
    {
        await using var host = await Spaces.StartAsync(NamespaceTopology.For("client", "wan", "host"), cancel);
        Assert.That(host.Topology.Stations, Is.EqualTo(new[] { "host", "client", "wan" }));
        Assert.That(
            await host.Host.RunAsync("list the links", "ip -br link | sed 's/[@ ].*//'", cancel),
            Is.EquivalentTo(new[] { "lo", "lab", "client.port", "wan.nic" }));
        Assert.That(await Reachability.DifferencesAsync(host, cancel), Is.Empty);
        Assert.That(
            () => host["server"],
            Throws.TypeOf<HooktrailException>().With.Message.Contains("it has host, client, wan"));
        Assert.That(() => host.Addresses["server", AddressFamily.InterNetwork], Throws.TypeOf<HooktrailException>());
    }

    [Test]
    public async Task A_lab_of_only_the_host_can_be_had(CancellationToken cancel)
    {
        await using var host = await Spaces.StartAsync(new NamespaceTopology(), cancel);
        Assert.That(
            await host.Host.RunAsync(
                "ping", "ping -q -c 1 127.0.0.1 >/dev/null && ping -q -c 1 ::1 >/dev/null && echo yes", cancel),
            Is.EqualTo(new[] { "yes" }));
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task A_lab_does_not_grow_with_its_flows_and_sees_three_thousand_legs_a_minute(CancellationToken cancel)
    {
        var answer = await Spaces.AskAsync([], cancel, "load", "3000");
        TestContext.Out.WriteLine(string.Join(", ", answer));
        Assert.That(answer, Has.Count.EqualTo(2), string.Join(" ", answer));
        Assert.That(int.Parse(answer[0].Split(' ')[0]), Is.GreaterThan(3_000));
        // A flow that was kept, with its sightings, would be 10 KiB.
        Assert.That(int.Parse(answer[1].Split(' ')[0]), Is.LessThan(3_000));
    }
}
