namespace Hooktrail.Rules;

/// <summary>The rules of Docker's nftables backend for one IP version, as input for <c>nft -f</c>.</summary>
internal sealed class DockerNftTable(IHostNames host, bool userlandProxy, IpVersion version)
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
            $"{(Hairpin ? "" : $"{Ip} daddr != {host.Loopback(version)} ")}fib daddr type local counter jump nat-prerouting-and-output");
        Chain(
            "nat-POSTROUTING",
            "type nat hook postrouting priority 100; policy accept;",
            "iifname vmap @nat-postrouting-out-jumps",
            "oifname vmap @nat-postrouting-in-jumps");
        Chain(
            "nat-PREROUTING",
            "type nat hook prerouting priority -100; policy accept;",
            "fib daddr type local counter jump nat-prerouting-and-output");
        Chain("nat-prerouting-and-output", [.. PublishedPort.OfLab.SelectMany(Dnat)]);
        Chain(
            "raw-PREROUTING",
            [
                "type filter hook prerouting priority -300; policy accept;",
                .. Endpoint.All.Where(one => one.Kind == EndpointKind.Container && one.Network != LabNames.Inner)
                    .Select(one => $"{Ip} daddr {Address(one)} iifname != {Bridge(one.Network!)} counter drop"),
            ]);
        foreach (var network in LabNames.Networks)
            Network(network);
        _lines.Add("}");
        return _lines.ToImmutable();
    }

    private void Jumps(string direction)
    {
        _lines.AddRange($"map {direction}-jumps {{", "type ifname : verdict");
        _lines.Add(
            $"elements = {{ {string.Join(", ", LabNames.Networks.Select(network => $"{Bridge(network)} : jump {direction}__{host.Device(network)}"))} }}");
        _lines.Add("}");
    }

    private void Network(string network)
    {
        var (bridge, isInternal) = (Bridge(network), network == LabNames.Inner);
        var icc = network == LabNames.Closed ? "drop" : "accept";
        var ports = PublishedPort.OfLab.Where(port => port.To.Network == network).ToList();
        const string answered = "ct state established,related counter accept";
        Chain(
            $"filter-forward-in__{host.Device(network)}",
            isInternal
                ? [answered, $"iifname != {bridge} counter drop", $"counter {icc}"]
                :
                [
                    answered,
                    $"iifname {bridge} counter {icc}",
                    .. ports.SelectMany(port => DockerScript.Protocols.Select(
                        protocol =>
                            $"{Ip} daddr {Address(port.To)} {protocol} dport {Flow.ServicePort} counter accept")),
                    "counter drop",
                ]);
        Chain(
            $"filter-forward-out__{host.Device(network)}",
            answered,
            isInternal ? $"oifname != {bridge} counter drop" : "counter accept");
        Chain(
            $"nat-postrouting-in__{host.Device(network)}",
            !Hairpin || isInternal
                ? []
                :
                [
                    "fib saddr type local counter masquerade",
                    .. ports.SelectMany(port => DockerScript.Protocols.Select(
                        protocol =>
                            $"{Ip} saddr {Address(port.To)} {Ip} daddr {Address(port.To)} {protocol} dport {Flow.ServicePort} counter masquerade")),
                ]);
        Chain(
            $"nat-postrouting-out__{host.Device(network)}",
            isInternal ? [] : [$"oifname != {bridge} {Ip} saddr {host.Address(network, version)} counter masquerade"]);
    }

    private IEnumerable<string> Dnat(PublishedPort port) => DockerScript.Protocols.Select(protocol =>
        $"{(version == IpVersion.V6 ? "ip6 saddr != fe80::/10 " : "")}{(Hairpin ? "" : $"iifname != {Bridge(port.To.Network!)} ")}"
        + $"{protocol} dport {host.Port(port.Port)} counter dnat to {DockerScript.WithPort(Address(port.To))}");

    private string Bridge(string network) => $"\"{host.Device(network)}\"";

    private string Address(Endpoint container) => host.Address(container.Name, version);

    private void Chain(string name, params ImmutableArray<string> lines)
    {
        _lines.Add($"chain {name} {{");
        _lines.AddRange(lines);
        _lines.Add("}");
    }
}
