namespace Hooktrail.Rules;

/// <summary>The rules of Docker's nftables backend for one IP version, as input for <c>nft -f</c>.</summary>
internal sealed class DockerNftTable(DockerSetup setup, bool userlandProxy, IpVersion version)
{
    private readonly ImmutableArray<string>.Builder _lines = ImmutableArray.CreateBuilder<string>();

    private string Ip => version == IpVersion.V4 ? "ip" : "ip6";

    private bool Hairpin => !userlandProxy;

    public ImmutableArray<string> Lines()
    {
        _lines.Add($"table {Ip} docker-bridges {{");
        foreach (var direction in (string[])
            ["filter-forward-in", "filter-forward-out", "nat-postrouting-in", "nat-postrouting-out"])
            Jumps(direction);
        Chain(
            "filter-FORWARD",
            "type filter hook forward priority 0; policy accept;",
            "oifname vmap @filter-forward-in-jumps",
            "iifname vmap @filter-forward-out-jumps");
        Chain(
            "nat-OUTPUT",
            "type nat hook output priority -100; policy accept;",
            $"{(Hairpin ? "" : $"{Ip} daddr != {setup.Loopback} ")}fib daddr type local counter jump nat-prerouting-and-output");
        Chain(
            "nat-POSTROUTING",
            "type nat hook postrouting priority 100; policy accept;",
            "iifname vmap @nat-postrouting-out-jumps",
            "oifname vmap @nat-postrouting-in-jumps");
        Chain(
            "nat-PREROUTING",
            "type nat hook prerouting priority -100; policy accept;",
            "fib daddr type local counter jump nat-prerouting-and-output");
        Chain("nat-prerouting-and-output", [.. setup.Ports.Select(Dnat)]);
        Chain(
            "raw-PREROUTING",
            [
                "type filter hook prerouting priority -300; policy accept;",
                .. setup.Containers.Where(one => !one.Network.IsInternal)
                    .Select(one => $"{Ip} daddr {one.Address} iifname != {Bridge(one.Network)} counter drop"),
            ]);
        foreach (var network in setup.Networks)
            Network(network);
        _lines.Add("}");
        return _lines.ToImmutable();
    }

    private void Jumps(string direction)
    {
        _lines.AddRange($"map {direction}-jumps {{", "type ifname : verdict");
        if (!setup.Networks.IsEmpty)
            _lines.Add(
                $"elements = {{ {string.Join(", ", setup.Networks.Select(network => $"{Bridge(network)} : jump {direction}__{network.Bridge}"))} }}");
        _lines.Add("}");
    }

    private void Network(DockerNetwork network)
    {
        var (bridge, isInternal) = (Bridge(network), network.IsInternal);
        var icc = network.IsClosed ? "drop" : "accept";
        var ports = setup.Ports.Where(port => port.To.Network == network).ToList();
        const string answered = "ct state established,related counter accept";
        Chain(
            $"filter-forward-in__{network.Bridge}",
            isInternal
                ? [answered, $"iifname != {bridge} counter drop", $"counter {icc}"]
                :
                [
                    answered,
                    $"iifname {bridge} counter {icc}",
                    .. ports.Select(
                        port => $"{Ip} daddr {port.To.Address} {port.Protocol} dport {port.Target} counter accept"),
                    "counter drop",
                ]);
        Chain(
            $"filter-forward-out__{network.Bridge}",
            answered,
            isInternal ? $"oifname != {bridge} counter drop" : "counter accept");
        Chain(
            $"nat-postrouting-in__{network.Bridge}",
            !Hairpin || isInternal
                ? []
                :
                [
                    "fib saddr type local counter masquerade",
                    .. ports.Select(port =>
                        $"{Ip} saddr {port.To.Address} {Ip} daddr {port.To.Address} {port.Protocol} dport {port.Target} counter masquerade"),
                ]);
        Chain(
            $"nat-postrouting-out__{network.Bridge}",
            isInternal ? [] : [$"oifname != {bridge} {Ip} saddr {network.Subnet} counter masquerade"]);
    }

    private string Dnat(DockerPort port) =>
        $"{(version == IpVersion.V6 ? "ip6 saddr != fe80::/10 " : "")}{(Hairpin ? "" : $"iifname != {Bridge(port.To.Network)} ")}"
        + $"{(port.HostAddress is { } own ? $"{Ip} daddr {own} " : "")}{port.Protocol} dport {port.Port} counter dnat to {port.Socket}";

    private static string Bridge(DockerNetwork network) => $"\"{network.Bridge}\"";

    private void Chain(string name, params ImmutableArray<string> lines)
    {
        _lines.Add($"chain {name} {{");
        _lines.AddRange(lines);
        _lines.Add("}");
    }
}
