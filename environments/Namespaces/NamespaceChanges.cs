using Hooktrail.Labs;

namespace Hooktrail.Namespaces;

/// <summary>The changes of a namespace lab's host: for each, a script that makes it and one that undoes it.</summary>
internal sealed class NamespaceChanges(NamespaceHost host, Backend iptables, Backend ebtables)
{
    /// <summary>Adds rules that need conntrack, one for each IP version, in chains that no packet reaches.</summary>
    public static readonly string WithConntrack =
        string.Join('\n', Enum.GetValues<IpVersion>().Select(version => Conntrack(version) + " || exit"));

    public static readonly string WithoutConntrack =
        string.Join('\n', Enum.GetValues<IpVersion>().Select(version => $"nft delete table {ConntrackUser(version)}"));

    /// <summary>The result undoes the change.</summary>
    /// <exception cref="CannotChangeException">No namespace can have this change.</exception>
    /// <exception cref="HooktrailException">A tool refused it.</exception>
    public async Task<IAsyncDisposable> MakeAsync(
        HostChange change, HostProfile profile, CancellationToken cancellation)
    {
        var (what, forth, back) = change switch
        {
            HostChange.Turn(var one, var on) => (
                $"turn {one} {(on ? "on" : "off")}",
                Turn(one, on, profile),
                one.Read(profile) == on ? "" : Turn(one, !on, profile)),
            HostChange.Rule(var command) => Rule(command, profile),
            HostChange.NftTable(var text) => Table(text),
            HostChange.Sets(var text) => (
                "make sets of ipset", LabWords.Making(LabWords.Sets(text, NamespaceRuleNames.Instance)),
                string.Join('\n', LabWords.SetsOf(text).Reverse().Select(set => $"ipset destroy {set}"))),
            _ => throw new InvalidOperationException($"Unknown change {change}."),
        };
        try
        {
            await host.Host.RunAsync(what, "set -e\n" + forth, cancellation).ConfigureAwait(false);
        }
        catch (HooktrailException e) when (LabWords.Lack(e.Message) is { } lack)
        {
            throw lack;
        }

        return new Undo(host, back);
    }

    private static string Conntrack(IpVersion version) =>
        $"nft 'table {ConntrackUser(version)} {{ chain nobody {{ ct state new; }}; }}'";

    private static string ConntrackUser(IpVersion version) => $"{(version == IpVersion.V4 ? "ip" : "ip6")} conntracked";

    private (string What, string Forth, string Back) Rule(string command, HostProfile profile)
    {
        var (tool, add, delete) = LabWords.Xtables(command, NamespaceRuleNames.Instance, profile.Rules);
        var program = LabWords.Program(tool, iptables, ebtables);
        return (
            $"add the rule \"{command}\"",
            $"[ -n \"$(type -P {program})\" ] || {{ echo 'the program {program} is missing: install it'; exit 1; }}\n{LabWords.Adding(program, add)}",
            $"{program} {delete}");
    }

    private (string What, string Forth, string Back) Table(string text)
    {
        var delete = string.Join("; ", LabWords.TablesOf(text).Select(table => $"delete table {table}"));
        return (
            "add a table of nft",
            $"nft -f - <<'END'\n{LabWords.Nft(text, NamespaceRuleNames.Instance)}\nEND\n",
            $"nft '{delete}'");
    }

    private string Turn(Switch one, bool on, HostProfile profile)
    {
        var value = on ? "1" : "0";
        var networks = host.Topology.Networks.Select(network => network.Name).ToList();
        string[] everywhere = ["all", .. networks, .. host.Topology.Wan ? [LabNames.WanNic] : Array.Empty<string>()];
        var sysctls = SwitchSysctls.Of(one, one.Name == "route_localnet" ? networks : everywhere);
        return one.Name switch
        {
            _ when one.Name.StartsWith("bridge-nf-", StringComparison.Ordinal)
                && !profile.BrNetfilter => throw new CannotChangeException(
                $"The module br_netfilter is not loaded on this machine, so the switch {one.Name} does not exist; load it with modprobe br_netfilter, and run again."),
            _ when !sysctls.IsEmpty => string.Join('\n', sysctls.Select(path => SetupScripts.Set(path, value))),
            "hairpin" => string.Join('\n', host.Topology.Containers.Select(
                container => $"ip link set {container.Port} type bridge_slave hairpin {(on ? "on" : "off")}")),
            "promiscuous" =>
                string.Join('\n', networks.Select(network => $"ip link set {network} promisc {(on ? "on" : "off")}")),
            "conntrack" => Track(IpVersion.V4, on, profile),
            "conntrack6" => Track(IpVersion.V6, on, profile),
            _ => throw new CannotChangeException(one.Name switch
            {
                "br_netfilter" => "The module br_netfilter applies to the whole machine, so one network namespace cannot unload it; turn off bridge-nf-call-iptables, -ip6tables and -arptables instead.",
                "userland-proxy" => "The userland proxy is set when the namespace lab starts and cannot change later; choose another private host.",
                _ => $"A namespace lab cannot change {one.Name}, which depends on the installed tools.",
            }),
        };
    }

    private static string Track(IpVersion version, bool on, HostProfile profile)
    {
        var user = ConntrackUser(version);
        if (on)
            return $"nft list table {user} >/dev/null 2>&1 || {Conntrack(version)}";
        var others = new RuleSet(
            [.. profile.Rules.Chains.Where(chain => !(chain.Id.Layer == Layer.Nftables && chain.Id.Table == user))]);
        return others.NeedsConntrack(version)
            ? throw new CannotChangeException(
                $"The host's rules need conntrack for {version.Name()}, as Docker's do, so it cannot be turned off; choose a private host without Docker.")
            : $"! nft list table {user} >/dev/null 2>&1 || nft delete table {user}";
    }

    private sealed class Undo(NamespaceHost host, string script) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            if (script.Length > 0)
                await host.Host.RunAsync("take a change back", "set -e\n" + script).ConfigureAwait(false);
        }
    }
}
