using Hooktrail.Labs;
using Hooktrail.Stations.Machines;

namespace Hooktrail.Namespaces;

/// <summary>Examines what the namespace lab can do on a machine. It changes nothing there.</summary>
public static class NamespaceExamination
{
    /// <summary>Each line prints NAME=VALUE; an empty value means missing.</summary>
    private const string Script = """
        tools() { local missing=; for tool; do [ -x "$(type -P "$tool")" ] || missing+=" $tool"; done; echo "${missing# }"; }
        ip link add examined type bridge 2>/dev/null
        echo bridge=$(ip link show examined >/dev/null 2>&1 && echo yes)
        echo calls=$(cat /proc/sys/net/bridge/bridge-nf-call-iptables 2>/dev/null)
        echo missing=$(tools ip bridge unshare setsid perl nft iptables-nft-restore iptables-nft-save ip6tables-nft-restore ebtables-nft-restore ebtables-nft-save arptables-nft-save)
        echo nft=$(nft add table inet examined >/dev/null 2>&1 && nft --version)
        echo nflog=$(nft 'add chain inet examined c; add rule inet examined c log group 1' >/dev/null 2>&1 && echo yes)
        echo conntrack=$(nft add rule inet examined c ct state new >/dev/null 2>&1 && echo yes)
        echo broute=$(ebtables-nft -t broute -L >/dev/null 2>&1 && echo yes)
        echo legacy=$([ -e /proc/net/ip_tables_names ] && type -P iptables-legacy-restore >/dev/null && echo yes)
        """;

    /// <summary>Stops at the first lack that hides all others.</summary>
    public static async Task<ImmutableArray<ExaminationFinding>> OfAsync(
        IMachine machine, CancellationToken cancellation = default)
    {
        NamespaceHost host;
        try
        {
            host = await NamespaceHost.StartAsync(machine, new NamespaceTopology(), cancellation).ConfigureAwait(false);
        }
        catch (HooktrailException lack)
        {
            return [new("private namespaces", "no", lack.Message)];
        }

        await using (host)
        {
            var facts =
                (await host.Host.RunAsync("examine a private namespace", Script, cancellation).ConfigureAwait(false))
                    .Select(line => line.Split('=', 2))
                    .ToDictionary(parts => parts[0], parts => parts[1]);
            return
            [
                new(
                    "private namespaces",
                    machine.IsRoot ? $"yes, {machine.Place}, as root" : "yes, as an ordinary user in a user namespace"),
                facts["missing"] is { Length: > 0 } missing
                    ? new(
                        "tools",
                        $"missing: {missing}",
                        "the namespace lab cannot start; install iproute2, iptables, ebtables, arptables, nftables, perl and util-linux")
                    : new("tools", "all that the namespace lab needs"),
                Fact("bridge", "bridge", "the namespace lab cannot build networks; load it with `modprobe bridge`"),
                facts["calls"] is { Length: > 0 }
                    ? new("br_netfilter", "loaded")
                    : new(
                        "br_netfilter",
                        "not loaded",
                        "bridged packets never cross iptables, also in the namespace lab; load it as root with `modprobe br_netfilter`"),
                Fact("nf_tables", "nft", "rules cannot be installed, so nothing can be observed"),
                Fact(
                    "nfnetlink_log",
                    "nflog",
                    "nothing can be observed in the namespace lab; load it with `modprobe -a nfnetlink_log nft_log`"),
                Fact(
                    "conntrack",
                    "conntrack",
                    "packets in the namespace lab cross no nat chain; load it with `modprobe -a nf_conntrack nft_ct`"),
                Fact(
                    "ebtables broute",
                    "broute",
                    "rules in broute cannot be added; the hook point can still be observed"),
                Fact("iptables-legacy", "legacy", "hosts whose Docker uses iptables-legacy cannot be built"),
            ];

            ExaminationFinding Fact(string what, string name, string consequence) =>
                facts[name] is { Length: > 0 } value ? new(what, value) : new(what, "no", consequence);
        }
    }
}
