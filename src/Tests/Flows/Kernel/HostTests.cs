using Hooktrail.Labs;
using Hooktrail.Namespaces;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Tests.Flows.Kernel;

/// <summary>Hosts that differ from the start, users' own NAT, and rules that come while a flow goes on.</summary>
[Parallelizable(ParallelScope.Children)]
public class HostTests
{
    private static readonly ImmutableArray<Protocol> Protocols = [Protocol.Icmp, Protocol.Udp, Protocol.Tcp];

    private static readonly ImmutableArray<(Endpoint From, Endpoint To)> Journeys =
        [
            (Client, Server), (Client, Wan), (Wan, Client), (Client, Host),
            (Host, Client), (Host, Host), (Host, Wan), (Wan, Host)
        ];

    private static readonly NamespaceSetup Open = new() { Topology = NamespaceTopology.Small, Docker = null };

    [Test]
    public async Task Legacy_tables_are_where_the_model_has_them([Values] bool called)
    {
        // The legacy table security is at 50, not at 150; an nft chain that is registered later runs before a legacy
        // table at the same priority.
        await using var lab = await KernelLab.StartAsync(Open with { Iptables = Backend.Legacy });
        await lab.TurnAsync(called, "bridge-nf-call-iptables", "bridge-nf-call-ip6tables");
        await lab.CheckAllAsync(Flows());
        foreach (var tool in (string[])["iptables", "ip6tables"])
            foreach (var (table, chain) in ((string, string)[])
                [
                    ("raw", "PREROUTING"), ("mangle", "FORWARD"), ("filter", "INPUT"),
                    ("filter", "OUTPUT"), ("security", "INPUT"), ("mangle", "POSTROUTING")
                ])
            {
                await using var rule = await lab.RuleAsync($"{tool} -t {table} -A {chain} -j DROP");
                await lab.CheckAllAsync(
                    Flows().Where(flow => flow.Protocol == Protocol.Udp && flow.Ip.Layer().Name() == tool),
                    $"{table} {chain}: ");
            }

        await using (await lab.ChangeAsync(new HostChange.NftTable(
            """
            table inet mine {
              chain forward { type filter hook forward priority 0; }
              chain input { type filter hook input priority 0; }
              chain early { type filter hook output priority 50; meta l4proto udp drop; }
              chain translated { type nat hook postrouting priority 100; }
            }
            """)))
            await lab.CheckAllAsync(Flows(), "beside nft: ");

        lab.AssertAgreed(200);
    }

    [Test]
    public async Task A_bridge_chain_from_before_the_first_bridge_misses_what_the_bridge_shows_to_iptables(
        [Values] bool called)
    {
        await using var lab = await KernelLab.StartAsync(Open with
        {
            BeforeBridges = """
                table bridge early {
                  chain brouting { type filter hook prerouting priority -2147483648; }
                  chain before { type filter hook forward priority -1; }
                  chain at { type filter hook forward priority 0; }
                  chain received { type filter hook prerouting priority 0; }
                  chain after { type filter hook forward priority 1; }
                  chain last { type filter hook postrouting priority 2147483647; }
                }
                """,
        });
        await lab.TurnAsync(called, "bridge-nf-call-iptables", "bridge-nf-call-ip6tables");
        await using var table = await lab.ChangeAsync(new HostChange.NftTable(
            """
            table bridge late {
              chain brouting { type filter hook prerouting priority -2147483648; }
              chain at { type filter hook forward priority 0; }
              chain received { type filter hook prerouting priority 0; }
              chain last { type filter hook postrouting priority 2147483647; }
            }
            """));
        await lab.CheckAllAsync(
            [
                .. Flows(),
                new(Client, Server, Protocol.Arp),
                new(Client, Server, Protocol.Udp) { Encapsulation = Encapsulation.Vlan }
            ]);
        // What broute would take away from the bridge, a chain in its place can drop.
        await using var drop = await lab.ChangeAsync(new HostChange.NftTable(
            "table bridge broute-like { chain brouting { type filter hook prerouting priority -2147483648; ip daddr server drop; }; }"));
        await lab.CheckAllAsync(Flows(), "dropped: ");

        lab.AssertAgreed(100);
    }

    [Test]
    public async Task Users_own_nat_does_as_predicted([Values] bool called, [Values] bool nft)
    {
        await using var lab = await KernelLab.StartAsync(Open with { Topology = NamespaceTopology.Whole });
        await lab.TurnAsync(called, "bridge-nf-call-iptables", "bridge-nf-call-ip6tables");
        foreach (var hairpin in (bool[])[false, true])
        {
            await lab.TurnAsync(hairpin, "hairpin", "route_localnet");
            foreach (var (name, chain, rule) in Translations())
            {
                if (nft && rule.Contains("-d 0/0", StringComparison.Ordinal))
                    continue;
                await using var change = await lab.ChangeAsync(
                    nft ? Nft(chain, rule) : new HostChange.Rule($"iptables -t nat -A {chain} {rule}"));
                foreach (var protocol in Protocols)
                    foreach (var (from, to, via) in ((Endpoint, Endpoint, string?)[])
                        [
                            (Client, Server, null), (Client, Wan, null), (Wan, Client, null), (Client, Host, null),
                            (Client, Host, LabNames.HostOnWan), (Host, Client, null), (Host, Host, null),
                            (Host, Host, LabNames.HostOnWan), (Host, Wan, null), (Wan, Host, null),
                            (Client, Stranger, null), (Stranger, Client, null),
                        ])
                        await lab.CheckAsync(
                            new(from, to, protocol) { Via = via }, protocol == Protocol.Tcp ? 1 : 2,
                            null, $"{(hairpin ? "hairpin, " : "")}{name}: ");
            }
        }

        lab.AssertAgreed(100);
    }

    private static IEnumerable<(string Name, string Chain, string Rule)> Translations() =>
    [
        ("dnat to neighbour", "PREROUTING", "-i lab -d wan -j DNAT --to-destination server"),
        ("dnat of the host's address", "PREROUTING", "-d host.wan -j DNAT --to-destination client"),
        ("dnat of the gateway", "PREROUTING", "-d lab.gateway -j DNAT --to-destination server"),
        ("dnat to elsewhere", "PREROUTING", "-d lab.gateway -j DNAT --to-destination stranger"),
        ("dnat to a closed port", "PREROUTING", "-p udp -d host.wan -j DNAT --to-destination server:7"),
        ("DNAT of the host's own packets", "OUTPUT", "-d wan -j DNAT --to-destination client"),
        ("dnat of loopback", "OUTPUT", "-d host.lo -j DNAT --to-destination client"),
        ("redirect", "PREROUTING", "-d wan -j REDIRECT"),
        ("REDIRECT of the host's own packets", "OUTPUT", "-d wan -j REDIRECT"),
        ("masquerade all", "POSTROUTING", "-j MASQUERADE"),
        ("snat", "POSTROUTING", "-s client -j SNAT --to-source host.wan"),
        ("snat at input", "INPUT", "-s client -j SNAT --to-source server"),
    ];

    // The same as a chain of nft.
    private static HostChange.NftTable Nft(string chain, string rule)
    {
        var words = rule.Split(' ').ToList();
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < words.Count; i++)
            text.Append(words[i] switch
            {
                "-i" => $"iifname \"{words[++i]}\" ",
                "-d" => $"ip daddr {words[++i]} ",
                "-s" => $"ip saddr {words[++i]} ",
                "-p" => $"meta l4proto {words[++i]} ",
                "-j" => words[++i].ToLowerInvariant() + " ",
                "--to-destination" or "--to-source" => $"to {words[++i]} ",
                _ => throw new ArgumentException(rule),
            });
        return new(
            $"table ip mine {{ chain c {{ type nat hook {chain.ToLowerInvariant()} priority -90; {text}; }}; }}");
    }

    private static IEnumerable<Flow> Flows() =>
        from journey in Journeys
        from protocol in Protocols
        from ip in Enum.GetValues<IpVersion>()
        select new Flow(journey.From, journey.To, protocol) { Ip = ip };
}
