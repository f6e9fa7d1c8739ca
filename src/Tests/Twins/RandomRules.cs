using System.Text;
using Hooktrail.Twins;

namespace Hooktrail.Tests.Twins;

/// <summary>Rules by chance that name the host's own devices and addresses: of iptables, ip6tables and nft.</summary>
internal sealed class RandomRules(Random random, RandomTopology host)
{
    private static readonly ImmutableArray<(string Table, string Hook)> Places =
    [
        ("raw", "PREROUTING"), ("raw", "OUTPUT"), ("mangle", "PREROUTING"), ("mangle", "INPUT"), ("mangle", "FORWARD"),
        ("mangle", "OUTPUT"), ("mangle", "POSTROUTING"), ("nat", "PREROUTING"), ("nat", "INPUT"), ("nat", "OUTPUT"),
        ("nat", "POSTROUTING"), ("filter", "INPUT"), ("filter", "FORWARD"), ("filter", "OUTPUT"),
        ("security", "INPUT"), ("security", "FORWARD"), ("security", "OUTPUT"),
    ];

    private IpVersion _ip;

    public ImmutableArray<LoadedRules> All() =>
    [
        new("iptables-nft-restore --noflush", Xtables(IpVersion.V4)),
        new("ip6tables-nft-restore --noflush", Xtables(IpVersion.V6)),
        new("ebtables-nft-restore --noflush", "*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n*nat\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\nCOMMIT"),
        new("arptables-nft-restore --noflush", "*filter\n:INPUT ACCEPT\n:OUTPUT ACCEPT\nCOMMIT"),
        .. Chance(2) ? [new LoadedRules("nft -f -", Nft())] : Array.Empty<LoadedRules>(),
    ];

    /// <summary>
    /// A host that answers by neighbour discovery for others lets it pass, as every firewall should: the model does not
    /// ask rules about it.
    /// </summary>
    private bool PassesDiscovery => host.Value.Proxies.Any(one => !Fits(one.Address, IpVersion.V4));

    private string Xtables(IpVersion ip)
    {
        _ip = ip;
        var text = new StringBuilder();
        foreach (var table in Places.GroupBy(place => place.Table))
        {
            text.Append(CultureInfo.InvariantCulture, $"*{table.Key}\n");
            foreach (var (_, hook) in table)
                text.Append(CultureInfo.InvariantCulture, $":{hook} {(table.Key == "filter" && Chance(6) ? "DROP" : "ACCEPT")} [0:0]\n");
            text.Append(":MINE - [0:0]\n");
            if (ip == IpVersion.V6 && table.Key != "nat" && PassesDiscovery)
                foreach (var hook in table.Select(place => place.Hook).Where(one => one != "FORWARD"))
                    foreach (var type in (int[])[135, 136])
                        text.Append(
                            CultureInfo.InvariantCulture, $"-A {hook} -p ipv6-icmp --icmpv6-type {type} -j ACCEPT\n");
            if (table.Key == "nat")
                foreach (var bridge in host.Value.Networks)
                    text.Append(CultureInfo.InvariantCulture, $"-A POSTROUTING -s {bridge.Subnets[ip == IpVersion.V4 ? 0 : 1]} ! -o {bridge.Device} -j MASQUERADE\n");
            if (table.Key == "filter" && Chance(2))
                text.Append("-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n");
            foreach (var (_, hook) in table)
                for (var count = random.Next(3); count > 0; count--)
                    text.Append(CultureInfo.InvariantCulture, $"-A {hook} {Rule(table.Key, hook)}\n");
            for (var count = random.Next(3); count > 0; count--)
                text.Append(CultureInfo.InvariantCulture, $"-A MINE {Match("")}{Target(table.Key == "nat" ? "none" : table.Key, "MINE")}\n");
            text.Append("COMMIT\n");
        }

        return text.ToString();
    }

    private string Nft()
    {
        _ip = Chance(2) ? IpVersion.V4 : IpVersion.V6;
        var hook = Pick("prerouting", "input", "forward", "output", "postrouting");
        var family = _ip == IpVersion.V4 ? "ip" : "ip6";
        var device = hook is "output" or "postrouting" ? "oifname" : "iifname";
        var table = Pick("inet", family);
        var discovery = PassesDiscovery && table != "ip"
            ? "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept"
            : "";
        return $$"""
            table {{table}} mine {
                chain c {
                    type filter hook {{hook}} priority {{Pick("-310", "-160", "-10", "5", "20")}}; policy {{(Chance(6) ? "drop" : "accept")}};
                    {{discovery}}
                    {{device}} "{{Pick([.. Devices()])}}" {{family}} daddr {{Address()}} {{Pick("drop", "accept", "counter")}}
                    {{Pick("tcp", "udp")}} dport { 80, 9000 } {{family}} saddr {{Address()}} {{Pick("drop", "accept", "meta mark set 1")}}
                }
            }
            """;
    }

    // A rule whose target needs a protocol has no other one.
    private string Rule(string table, string hook)
    {
        var (match, target) = (Match(hook), Target(table, hook));
        return target.StartsWith("-p ", StringComparison.Ordinal) && match.Contains("-p ", StringComparison.Ordinal)
            ? target
            : match + target;
    }

    private string Match(string hook)
    {
        var text = new StringBuilder();
        if (Chance(3))
            text.Append(CultureInfo.InvariantCulture, $"{Not()}-s {Address()} ");
        if (Chance(3))
            text.Append(CultureInfo.InvariantCulture, $"{Not()}-d {Address()} ");
        if (Chance(4) && hook is "PREROUTING" or "INPUT" or "FORWARD")
            text.Append(CultureInfo.InvariantCulture, $"{Not()}-i {Pick([.. Devices()])} ");
        if (Chance(4) && hook is "OUTPUT" or "POSTROUTING" or "FORWARD")
            text.Append(CultureInfo.InvariantCulture, $"{Not()}-o {Pick([.. Devices()])} ");
        text.Append(random.Next(6) switch
        {
            0 => "-p tcp --dport 80 ",
            1 => "-p udp --dport 80 ",
            2 => _ip == IpVersion.V4 ? "-p icmp " : "-p ipv6-icmp --icmpv6-type 128 ",
            3 => "-p tcp ",
            _ => "",
        });
        if (Chance(6) && hook != "")
            text.Append(Pick("-m conntrack --ctstate NEW ", "-m conntrack --ctstate ESTABLISHED ", "-m mark --mark 0x1 "));
        return text.ToString();
    }

    private string Target(string table, string hook) => (table, hook) switch
    {
        ("filter", "MINE") => Pick("-j DROP", "-j ACCEPT", "-j RETURN"),
        ("filter", _) => Pick("-j DROP", "-j ACCEPT", "-j REJECT", "-j MINE", "-j RETURN", "-g MINE"),
        ("mangle", _) => Pick("-j MARK --set-mark 0x1", "-j MARK --set-mark 0x1", "-j ACCEPT", "-j DROP", hook == "MINE" ? "-j RETURN" : "-j MINE"),
        ("raw", _) => Pick("-j CT --notrack", "-j ACCEPT", "-j DROP", hook == "MINE" ? "-j RETURN" : "-j MINE"),
        ("security", _) => Pick("-j ACCEPT", "-j DROP", hook == "MINE" ? "-j RETURN" : "-j MINE"),
        ("nat", "PREROUTING" or "OUTPUT") => Pick(
            $"-j DNAT --to-destination {Inside()}", $"-p tcp --dport 80 -j DNAT --to-destination {Bracketed(Inside())}:8080",
            "-p udp --dport 80 -j REDIRECT --to-ports 8080", "-j REDIRECT",
            "-j ACCEPT", "-j RETURN"),
        ("nat", "POSTROUTING") => Pick("-j MASQUERADE", $"-j SNAT --to-source {Inside()}", "-j ACCEPT"),
        _ => "-j ACCEPT",
    };

    private static string Bracketed(string address) => address.Contains(':') ? $"[{address}]" : address;

    private string Inside() => Pick([.. host.Inside.Where(Fits).Select(one => one.ToString())]);

    private string Address() => Chance(4) && _ip == IpVersion.V4
        ? Pick("172.20.0.0/24", "10.90.0.0/24", "10.50.0.0/16", "127.0.0.0/8")
        : Pick([.. host.Inside.Concat(host.Outside).Where(Fits).Select(one => one.ToString())]);

    private bool Fits(System.Net.IPAddress address) => Fits(address, _ip);

    private static bool Fits(System.Net.IPAddress address, IpVersion ip) =>
        (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork) == (ip == IpVersion.V4);

    private IEnumerable<string> Devices() => host.Value.Devices.Where(one => one.Master is null).Select(one => one.Name);

    private string Not() => Chance(5) ? "! " : "";

    private bool Chance(int oneIn) => random.Next(oneIn) == 0;

    private string Pick(params string[] texts) => texts[random.Next(texts.Length)];
}
