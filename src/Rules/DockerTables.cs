namespace Hooktrail.Rules;

/// <summary>Builds chains as Docker does, by inserting and appending: networks first, then containers.</summary>
internal sealed class DockerTables(DockerRelease release, DockerSetup setup, bool userlandProxy, IpVersion version)
{
    private readonly Dictionary<(string Table, string Chain), List<string>> _chains = [];

    private bool Hairpin => !userlandProxy;

    // Since 28.0.1, the rules of a network are in Docker's chains and no longer in FORWARD.
    private bool IsOld => release is DockerRelease.V20 or DockerRelease.V27;

    // 28.0.0 appends them to FORWARD (moby pull request 49518), and asks its set of networks (ipset
    // docker-ext-bridges-v4) where its neighbours ask each bridge.
    private bool IsFirstOf28 => release == DockerRelease.V28Dot0Dot0;

    private string NetworksChain => IsFirstOf28 ? "FORWARD" : "DOCKER-FORWARD";

    private bool Isolates => release != DockerRelease.V29;

    private string InternalChain => Isolates ? "DOCKER-ISOLATION-STAGE-1" : "DOCKER-INTERNAL";

    public ImmutableArray<string> Lines()
    {
        Begin();
        foreach (var network in setup.Networks)
            if (network.IsInternal)
                Internal(network);
            else
                Network(network);
        End();
        foreach (var container in setup.Containers.Where(one => !one.Network.IsInternal))
            Container(container);
        foreach (var port in setup.Ports)
            Publish(port);

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

    private void Begin()
    {
        Chain("nat", "DOCKER");
        Append("nat", "PREROUTING", "-m addrtype --dst-type LOCAL -j DOCKER");
        Append(
            "nat",
            "OUTPUT",
            $"{(Hairpin ? "" : $"! -d {setup.Loopback} ")}-m addrtype --dst-type LOCAL -j DOCKER");
        foreach (var chain in (string[])["DOCKER", InternalChain, "DOCKER-USER"])
            Chain("filter", chain);
        if (IsOld)
            return;
        Append("filter", "FORWARD", "-j DOCKER-USER");
        if (IsFirstOf28)
        {
            AppendForSet("-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT");
            Append("filter", "FORWARD", $"-j {InternalChain}");
            AppendForSet("-j DOCKER");
            return;
        }

        Append("filter", "FORWARD", "-j DOCKER-FORWARD");
        Append("filter", "DOCKER-FORWARD", "-j DOCKER-CT");
        Append("filter", "DOCKER-FORWARD", $"-j {InternalChain}");
        Append("filter", "DOCKER-FORWARD", "-j DOCKER-BRIDGE");
    }

    private void Network(DockerNetwork network)
    {
        var (bridge, closed) = (network.Bridge, network.IsClosed);
        Insert("nat", "POSTROUTING", $"-s {network.Subnet} ! -o {bridge} -j MASQUERADE");
        if (Hairpin)
            Insert("nat", "POSTROUTING", $"-o {bridge} -m addrtype --src-type LOCAL -j MASQUERADE");
        else if (release != DockerRelease.V29)
            Insert("nat", "DOCKER", $"-i {bridge} -j RETURN");

        if (IsOld)
        {
            // Docker inserts rules that accept at the front of FORWARD, and appends rules that drop.
            if (closed)
                Append("filter", "FORWARD", $"-i {bridge} -o {bridge} -j DROP");
            else
                Insert("filter", "FORWARD", $"-i {bridge} -o {bridge} -j ACCEPT");
            Insert("filter", "FORWARD", $"-i {bridge} ! -o {bridge} -j ACCEPT");
            Insert("filter", "FORWARD", $"-o {bridge} -j DOCKER");
            Insert("filter", "FORWARD", $"-o {bridge} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT");
        }
        else
        {
            if (!IsFirstOf28)
            {
                Append("filter", "DOCKER-CT", $"-o {bridge} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT");
                Append("filter", "DOCKER-BRIDGE", $"-o {bridge} -j DOCKER");
            }

            Append("filter", "DOCKER", $"! -i {bridge} -o {bridge} -j DROP");
            if (closed)
                Append("filter", NetworksChain, $"-i {bridge} -o {bridge} -j DROP");
            Append("filter", NetworksChain, $"-i {bridge} {(closed ? $"! -o {bridge} " : "")}-j ACCEPT");
        }

        if (!Isolates)
            return;
        Add(
            "filter",
            "DOCKER-ISOLATION-STAGE-1",
            $"-i {bridge} ! -o {bridge} -j DOCKER-ISOLATION-STAGE-2",
            first: IsOld);
        Insert("filter", "DOCKER-ISOLATION-STAGE-2", $"-o {bridge} -j DROP");
    }

    private void Internal(DockerNetwork network)
    {
        var bridge = network.Bridge;
        // For IPv6, packets within the network pass with any address, because its containers have link-local ones too
        // (setupInternalNetworkRules; seen on Docker 28.5.2).
        var (notIn, notOut) = version == IpVersion.V6 ? ($"! -i {bridge} ", $"! -o {bridge} ") : ("", "");
        Insert("filter", InternalChain, $"! -d {network.Subnet} -i {bridge} {notOut}-j DROP");
        Insert("filter", InternalChain, $"! -s {network.Subnet} {notIn}-o {bridge} -j DROP");
        Add("filter", IsOld ? "FORWARD" : NetworksChain, $"-i {bridge} -o {bridge} -j ACCEPT", first: IsOld);
    }

    private void End()
    {
        if (IsOld || release is DockerRelease.V28Dot0Dot0 or DockerRelease.V28)
            Append("filter", "DOCKER-USER", "-j RETURN");
        if (!IsOld)
            return;
        Insert("filter", "FORWARD", "-j DOCKER-ISOLATION-STAGE-1");
        Insert("filter", "FORWARD", "-j DOCKER-USER");
        Append("filter", "DOCKER-ISOLATION-STAGE-1", "-j RETURN");
        Append("filter", "DOCKER-ISOLATION-STAGE-2", "-j RETURN");
    }

    private void Container(DockerContainer container)
    {
        if (release is DockerRelease.V28Dot2 or DockerRelease.V29)
            Append("raw", "PREROUTING", $"-d {One(container.Address)} ! -i {container.Network.Bridge} -j DROP");
    }

    private void Publish(DockerPort port)
    {
        var (container, bridge) = (One(port.To.Address), port.To.Network.Bridge);
        var proto = $"-p {port.Protocol} -m {port.Protocol} --dport";
        var notLinkLocal = version == IpVersion.V6 ? "! -s fe80::/10 " : "";
        var bound = port.HostAddress is { } own ? $"-d {One(own)} " : "";
        Append(
            "nat",
            "DOCKER",
            $"{notLinkLocal}{bound}{(Hairpin ? "" : $"! -i {bridge} ")}{proto} {port.Port} -j DNAT --to-destination {port.Socket}");
        Add(
            "filter",
            "DOCKER",
            $"-d {container} ! -i {bridge} -o {bridge} {proto} {port.Target} -j ACCEPT",
            first: !IsOld);
        if (IsOld || Hairpin)
            Append("nat", "POSTROUTING", $"-s {container} -d {container} {proto} {port.Target} -j MASQUERADE");
        if (release is DockerRelease.V28Dot0Dot0 or DockerRelease.V28)
            Append("raw", "PREROUTING", $"-d {container} ! -i {bridge} {proto} {port.Target} -j DROP");
    }

    // A rule that asks the set is written once for each network of the set, which holds all but internal ones.
    private void AppendForSet(string rule)
    {
        foreach (var network in setup.Networks.Where(network => !network.IsInternal))
            Append("filter", "FORWARD", $"-d {network.Subnet} {rule}");
    }

    // A name of the lab stays as it is.
    private string One(string address) => address.Contains('.') || address.Contains(':')
        ? $"{address}/{(version == IpVersion.V4 ? 32 : 128)}"
        : address;

    private void Insert(string table, string chain, string rule) => Add(table, chain, rule, first: true);

    private void Append(string table, string chain, string rule) => Add(table, chain, rule, first: false);

    private void Add(string table, string chain, string rule, bool first) =>
        Chain(table, chain).Insert(first ? 0 : Chain(table, chain).Count, rule);

    private List<string> Chain(string table, string chain)
    {
        if (!_chains.TryGetValue((table, chain), out var rules))
            _chains.Add((table, chain), rules = []);
        return rules;
    }
}
