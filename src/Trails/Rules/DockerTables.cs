using System.Collections.Immutable;

namespace Hooktrail.Trails.Rules;

/// <summary>
/// Docker's rules in the form of iptables-save. Docker puts a network's rules before those of older ones and a port's rules
/// behind those of older ones, so the chains here are made as Docker makes them: by inserting and appending.
/// </summary>
internal sealed class DockerTables(IHostNames host, bool userlandProxy, IpVersion version)
{
    private static readonly ImmutableArray<string> Protocols = ["tcp", "udp"];

    private readonly Dictionary<(string Table, string Chain), List<string>> _chains = [];

    private bool Hairpin => !userlandProxy;

    /// <summary>The lines that iptables-restore takes.</summary>
    public ImmutableArray<string> Lines()
    {
        foreach (var network in LabNames.Networks)
            if (network == LabNames.Inner)
                Internal20(network);
            else
                Network20(network);
        Frame20();
        foreach (var port in PublishedPort.OfLab)
            foreach (var protocol in Protocols)
                Publish20(port, protocol);

        var lines = ImmutableArray.CreateBuilder<string>();
        foreach (var table in _chains.Keys.Select(key => key.Table).Distinct().Order(StringComparer.Ordinal))
        {
            lines.Add($"*{table}");
            if (table == "filter")
                lines.Add(":FORWARD DROP [0:0]");
            var chains = _chains.Keys.Where(key => key.Table == table).Select(key => key.Chain).ToList();
            foreach (var chain in chains.Where(chain => chain.StartsWith("DOCKER", StringComparison.Ordinal)))
                lines.Add($":{chain} - [0:0]");
            foreach (var chain in chains)
                lines.AddRange(_chains[(table, chain)].Select(rule => $"-A {chain} {rule}"));
            lines.Add("COMMIT");
        }

        return lines.ToImmutable();
    }

    private void Network20(string network)
    {
        var bridge = host.Device(network);
        Insert("nat", "POSTROUTING", $"-s {Net(network)} ! -o {bridge} -j MASQUERADE");
        if (Hairpin)
            Insert("nat", "POSTROUTING", $"-o {bridge} -m addrtype --src-type LOCAL -j MASQUERADE");
        else
            Insert("nat", "DOCKER", $"-i {bridge} -j RETURN");
        Icc20(network, allowed: network != LabNames.Closed);
        Insert("filter", "FORWARD", $"-i {bridge} ! -o {bridge} -j ACCEPT");
        Insert("filter", "FORWARD", $"-o {bridge} -j DOCKER");
        Insert("filter", "FORWARD", $"-o {bridge} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT");
        Insert("filter", "DOCKER-ISOLATION-STAGE-1", $"-i {bridge} ! -o {bridge} -j DOCKER-ISOLATION-STAGE-2");
        Insert("filter", "DOCKER-ISOLATION-STAGE-2", $"-o {bridge} -j DROP");
    }

    private void Internal20(string network)
    {
        var bridge = host.Device(network);
        Insert("filter", "DOCKER-ISOLATION-STAGE-1", $"! -d {Net(network)} -i {bridge} -j DROP");
        Insert("filter", "DOCKER-ISOLATION-STAGE-1", $"! -s {Net(network)} -o {bridge} -j DROP");
        Icc20(network, allowed: true);
    }

    // What is accepted goes to the front of FORWARD, what is dropped to its end.
    private void Icc20(string network, bool allowed)
    {
        var rule = $"-i {host.Device(network)} -o {host.Device(network)} -j {(allowed ? "ACCEPT" : "DROP")}";
        if (allowed)
            Insert("filter", "FORWARD", rule);
        else
            Append("filter", "FORWARD", rule);
    }

    private void Frame20()
    {
        Insert("filter", "FORWARD", "-j DOCKER-ISOLATION-STAGE-1");
        Insert("filter", "FORWARD", "-j DOCKER-USER");
        Append("filter", "DOCKER-USER", "-j RETURN");
        Append("filter", "DOCKER-ISOLATION-STAGE-1", "-j RETURN");
        Append("filter", "DOCKER-ISOLATION-STAGE-2", "-j RETURN");
        Append("nat", "PREROUTING", "-m addrtype --dst-type LOCAL -j DOCKER");
        Append("nat", "OUTPUT", $"{(Hairpin ? "" : $"! -d {Loopback} ")}-m addrtype --dst-type LOCAL -j DOCKER");
    }

    private void Publish20(PublishedPort port, string protocol)
    {
        var (container, bridge) = (Address(port.To.Name), host.Device(port.To.Network!));
        var proto = $"-p {protocol} -m {protocol} --dport";
        Append("nat", "DOCKER", $"{(Hairpin ? "" : $"! -i {bridge} ")}{proto} {host.Port(port.Port)} -j DNAT --to-destination {WithPort(port.To.Name)}");
        Append("filter", "DOCKER", $"-d {container} ! -i {bridge} -o {bridge} {proto} {Flow.ServicePort} -j ACCEPT");
        Append("nat", "POSTROUTING", $"-s {container} -d {container} {proto} {Flow.ServicePort} -j MASQUERADE");
    }

    private string Loopback => version == IpVersion.V4 ? "127.0.0.0/8" : "::1/128";

    private string Net(string network) => host.Address(network, version);

    private string Address(string name) => host.Address(name, version) is var address && !address.Contains(':') && !address.Contains('.')
        ? address
        : $"{address}/{(version == IpVersion.V4 ? 32 : 128)}";

    private string WithPort(string name) =>
        host.Address(name, version) is var address && address.Contains(':') ? $"[{address}]:{Flow.ServicePort}" : $"{address}:{Flow.ServicePort}";

    private void Insert(string table, string chain, string rule) => Chain(table, chain).Insert(0, rule);

    private void Append(string table, string chain, string rule) => Chain(table, chain).Add(rule);

    private List<string> Chain(string table, string chain)
    {
        if (!_chains.TryGetValue((table, chain), out var rules))
            _chains.Add((table, chain), rules = []);
        return rules;
    }
}
