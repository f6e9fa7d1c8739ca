using Hooktrail.Labs;
using Hooktrail.Namespaces;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Tests.Flows.Kernel;

/// <summary>Matches and statements of nft, each by a rule that drops what it matches, against the kernel.</summary>
[Parallelizable(ParallelScope.Children)]
public class NftMatchTests
{
    private static readonly NamespaceSetup Open = new() { Topology = NamespaceTopology.Small, Docker = null };

    private static readonly ImmutableArray<Flow> Flows =
    [
        new(Client, Server, Protocol.Icmp), new(Client, Wan, Protocol.Udp), new(Client, Wan, Protocol.Tcp),
        new(Wan, Host, Protocol.Tcp), new(Client, Host, Protocol.Udp), new(Host, Client, Protocol.Icmp),
        new(Host, Host, Protocol.Udp), new(Client, Wan, Protocol.Icmp) { Ip = IpVersion.V6 },
        new(Client, Wan, Protocol.Tcp) { Ip = IpVersion.V6 }, new(Client, Server, Protocol.Udp) { Fragments = 2 },
        new(Client, Wan, Protocol.Udp) { Port = 9998 },
    ];

    [TestCase("fib saddr . iif oif missing", "prerouting forward")]
    [TestCase("fib saddr . iif oif exists", "prerouting forward")]
    [TestCase("fib saddr . iif oif \"lab\"", "prerouting forward")]
    [TestCase("fib saddr . mark . iif oif missing", "prerouting")]
    [TestCase("fib saddr oifname \"lab\"", "prerouting")]
    [TestCase("fib daddr oif missing", "prerouting")]
    [TestCase("fib daddr type local", "prerouting input output")]
    [TestCase("fib daddr . iif type local", "prerouting input")]
    [TestCase("fib daddr . iif type != local", "prerouting input")]
    [TestCase("fib daddr type { local, broadcast }", "prerouting")]
    [TestCase("fib saddr . oif type local", "output")]
    [TestCase("ct direction original", "forward input")]
    [TestCase("ct direction reply", "forward input output")]
    [TestCase("ct direction != reply", "forward")]
    [TestCase("ct original ip saddr client", "forward postrouting")]
    [TestCase("ct original ip daddr != wan", "forward")]
    [TestCase("ct reply ip saddr wan", "forward")]
    [TestCase("meta l4proto { tcp, udp } ct original proto-dst 80", "forward input")]
    [TestCase("meta l4proto tcp ct reply proto-src 80-90", "forward input")]
    [TestCase("meta l4proto icmp ct original proto-dst 2048", "forward")]
    [TestCase("meta l4proto ipv6-icmp ct original proto-dst 32768", "forward")]
    [TestCase("ct l3proto ipv6", "forward")]
    [TestCase("ct protocol tcp", "forward")]
    [TestCase("ct state new", "forward input")]
    [TestCase("ct state != new", "forward input")]
    [TestCase("ct state ! new", "forward input")]
    [TestCase("ct state { established, related }", "forward input")]
    [TestCase("ct state != { established, related }", "forward")]
    [TestCase("ct state established,related", "forward")]
    [TestCase("ct state != established,new", "forward")]
    [TestCase("ct state == established,new", "forward")]
    [TestCase("ct status seen-reply", "forward")]
    [TestCase("ct status confirmed", "forward")]
    [TestCase("ct status ! confirmed", "forward")]
    [TestCase("ct status expected", "forward")]
    [TestCase("ct status != dnat", "forward prerouting")]
    [TestCase("ct status dnat", "forward")]
    [TestCase("ct mark 0x0", "forward")]
    [TestCase("ct mark & 0xff != 0x0", "forward")]
    [TestCase("meta mark 0", "forward")]
    [TestCase("meta mark and 0xf0 or 0x1 == 0x1", "forward")]
    [TestCase("meta mark 1-5", "forward")]
    [TestCase("meta mark { 0, 7 }", "forward")]
    [TestCase("tcp flags syn", "forward input")]
    [TestCase("tcp flags == syn", "forward")]
    [TestCase("tcp flags != syn", "forward")]
    [TestCase("tcp flags { syn, fin | ack }", "forward")]
    [TestCase("tcp flags syn,fin", "forward")]
    [TestCase("tcp flags ! ack", "forward")]
    [TestCase("tcp flags & (syn | ack) == syn", "forward")]
    [TestCase("tcp flags syn / syn,ack", "forward")]
    [TestCase("tcp flags & ack != 0", "forward")]
    [TestCase("ip saddr . meta l4proto { client . udp, 10.0.0.0/8 . tcp }", "forward prerouting")]
    [TestCase("ip saddr . tcp dport { client . 80, lab . 90-99 }", "forward")]
    [TestCase("ip saddr . tcp dport != { client . 80 }", "forward")]
    [TestCase("meta l4proto . th dport { tcp . 80, udp . 9998 }", "forward input")]
    [TestCase("iifname . meta l4proto { \"lab\" . tcp }", "forward")]
    [TestCase("meta l4proto { tcp, icmp }", "forward")]
    [TestCase("meta l4proto != { tcp, icmp }", "forward")]
    [TestCase("udp dport { 9998, 9999 }", "forward")]
    [TestCase("ip dscp ef", "forward")]
    [TestCase("ip dscp != { ef, 10-14 }", "forward")]
    [TestCase("ip ecn not-ect", "forward")]
    [TestCase("meta length 0-20", "forward")]
    [TestCase("meta length > 20", "forward")]
    [TestCase("ip6 flowlabel 5", "forward")]
    [TestCase("exthdr frag exists", "forward")]
    [TestCase("exthdr hbh missing", "forward")]
    [TestCase("rt type 0", "forward")]
    [TestCase("ip frag-off & 0x1fff != 0", "forward prerouting")]
    [TestCase("ip6 daddr ::/96", "forward input")]
    [TestCase("meta pkttype unicast", "input")]
    [TestCase("meta pkttype host", "input forward")]
    [TestCase("ip ttl 60-64", "forward")]
    public async Task A_match_is_what_the_kernel_takes_it_for(string match, string hooks)
    {
        await using var lab = await LentLabs.BorrowAsync(Open);
        foreach (var hook in hooks.Split(' '))
            await CheckAsync(
                lab,
                $"table inet t {{ chain c {{ type filter hook {hook} priority -5; {match} drop; }}; }}",
                $"{match} at {hook}: ");
        lab.AssertAgreed(8);
    }

    [TestCase("set s { type ipv4_addr; flags interval; elements = { lab }; }", "ip saddr @s drop")]
    [TestCase("set s { type ipv4_addr; flags timeout; elements = { client timeout 1h }; }", "ip saddr @s drop")]
    [TestCase("set s { type ipv4_addr . inet_service; elements = { client . 80 }; }", "ip saddr . tcp dport @s drop")]
    [TestCase("set s { type ipv4_addr; flags dynamic; size 99; }", "ip saddr @s drop; update @s { ip saddr }")]
    [TestCase("set s { type ipv4_addr; flags dynamic; size 99; }", "add @s { ip saddr }; meta l4proto udp drop")]
    [TestCase("set s { type ipv4_addr; }", "ip saddr @s drop")]
    [TestCase("map m { type inet_proto : verdict; elements = { tcp : drop, udp : accept }; }", "meta l4proto vmap @m")]
    [TestCase("map m { type ipv4_addr . inet_service : verdict; elements = { wan . 80 : jump d }; }", "ip daddr . th dport vmap @m")]
    [TestCase("", "meta l4proto vmap { tcp : jump d, udp : accept }; meta l4proto icmp drop")]
    [TestCase("", "iifname . meta l4proto vmap { \"lab\" . tcp : drop, \"lab\" . udp : return }")]
    [TestCase("", "ct state vmap { new : accept, established : drop }")]
    [TestCase("", "tcp flags vmap { syn : drop, ack : accept }")]
    [TestCase("", "numgen inc mod 1 vmap { 0 : drop }")]
    [TestCase("", "numgen random mod 2 vmap { 0 : drop, 1 : drop }")]
    [TestCase("", "meta mark set 0x5 meta mark 0x5 drop")]
    [TestCase("", "meta mark set mark and 0x0 xor 0x3; meta mark and 0x3 == 0x3 drop")]
    [TestCase("map m { type inet_service : mark; elements = { 80 : 0x1 }; }", "meta mark set tcp dport map @m; meta mark 0x1 drop")]
    [TestCase("", "ip ttl set 9; meta nfproto ipv6 drop")]
    [TestCase("", "meta priority set 1:2 meta l4proto tcp drop")]
    [TestCase("", "meta nftrace set 1 meta l4proto tcp drop")]
    [TestCase("", "limit rate 1000/second meta l4proto tcp drop")]
    public async Task A_rule_does_what_the_kernel_does(string sets, string rules)
    {
        await using var lab = await LentLabs.BorrowAsync(Open);
        await CheckAsync(
            lab,
            $"table inet t {{ {sets}\nchain d {{ drop; }}\nchain c {{ type filter hook forward priority -5; {rules}; }}\n}}",
            $"{rules}: ");
        lab.AssertAgreed(8);
    }

    [TestCase("prerouting", "dnat ip to udp dport map { 80 : 172.30.1.3, 9998 : 172.30.1.3 }")]
    [TestCase("prerouting", "udp dport 9998 dnat ip to server:80")]
    [TestCase("prerouting", "dnat ip to numgen inc mod 1 map { 0 : 172.30.1.3 }")]
    [TestCase("prerouting", "udp dport 9998 redirect to :80")]
    [TestCase("postrouting", "oifname \"wan.nic\" snat ip to ip saddr map { client : 203.0.113.1 }")]
    public async Task NAT_does_what_the_kernel_does(string hook, string rules)
    {
        await using var lab = await LentLabs.BorrowAsync(Open);
        await CheckAsync(
            lab, $"table inet t {{ chain c {{ type nat hook {hook} priority 0; {rules}; }}; }}", $"{rules}: ");
        lab.AssertAgreed(8);
    }

    private static async Task CheckAsync(KernelLab lab, string table, string about)
    {
        await using var _ = await lab.ChangeAsync(new HostChange.NftTable(table));
        foreach (var flow in Flows)
            await lab.CheckAsync(flow, about: about);
    }
}
