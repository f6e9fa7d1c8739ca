using Hooktrail.Trails.Accounts;

namespace Hooktrail.Labs;

/// <summary>What a lab reports about its host for readers; no trail depends on it.</summary>
/// <param name="Facts">Versions and settings, as the tools print them.</param>
/// <param name="Hooks">The kernel's registrations; empty where it does not list them.</param>
public sealed record HostFacts(ImmutableArray<Fact> Facts, ImmutableArray<Registration> Hooks)
{
    private const string Listing = "hooktrail: hooks";

    /// <summary>
    /// A bash script for the host's network namespace. It changes nothing; a missing tool is no error.
    /// </summary>
    /// <param name="sysctls">The path of the host's /proc/sys/net.</param>
    public static string Script(string sysctls = "/proc/sys/net") =>
        $$"""
        says() { local said; said=$("${@:2}" 2>&1 </dev/null) && echo "$1=${said%%$'\n'*}"; }
        says kernel uname -r; says 'kernel build' uname -v; says machine uname -m
        says iptables iptables -V; says ebtables ebtables -V; says arptables arptables -V; says nft nft -v; says iproute2 ip -V
        cd {{sysctls}} && for one in ipv4/ip_forward ipv6/conf/all/forwarding bridge/* ipv4/conf/all/rp_filter ipv4/conf/all/send_redirects ipv4/conf/all/route_localnet \
            netfilter/nf_conntrack_max netfilter/nf_conntrack_tcp_loose netfilter/nf_log_all_netns; do
            [ ! -r "$one" ] || echo "net.${one//\//.}=$(<"$one")"
        done
        echo '{{Listing}}'
        {{HookLists.Script}}
        :
        """;

    /// <summary>Reads the script's output.</summary>
    /// <remarks>The lab's additional facts come first.</remarks>
    public static HostFacts Parse(IReadOnlyList<string> lines, params IEnumerable<Fact> more)
    {
        HookLists.Note(lines);
        var hooks = HookListing.Parse(lines);
        var facts = lines.TakeWhile(line => line != Listing)
            .Select(line => line.Split('=', 2))
            .Where(parts => parts.Length == 2)
            .Select(parts => new Fact(parts[0], parts[1].Trim()));
        var listing = new Fact("nft list hooks", hooks.IsEmpty
            ? "this kernel does not list its hooks (CONFIG_NETFILTER_NETLINK_HOOK)"
            : $"{hooks.Length} registrations");
        return new([.. more.Concat(facts).Append(listing).DistinctBy(fact => fact.Name)], hooks);
    }
}
