using Hooktrail.Hosts;
using Hooktrail.Snapshots;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Twins;

/// <summary>
/// The chains that share hook and priority, in the order in which the host registered them, where its kernel lists its
/// hooks. A twin makes them first and in one transaction, which registers them in this order
/// (net/netfilter/nf_tables_api.c, nf_tables_addchain); what loads their rules finds them.
/// </summary>
/// <param name="Rules">What makes them.</param>
/// <param name="Order">The order that the twin has then; null if more than chains of nft share a place.</param>
internal sealed record RegisteredChains(ImmutableArray<LoadedRules> Rules, RegistrationOrder? Order)
{
    private static readonly RegisteredChains None = new([], null);

    /// <exception cref="HooktrailException">A part is not what its command prints.</exception>
    public static RegisteredChains Of(Snapshot snapshot, Topology topology)
    {
        if (snapshot.Find("nft-hooks") is not { Succeeded: true }
            || SnapshotProfile.Of(snapshot, topology).Registered is not { IsListed: true } order)
            return None;
        var chains = Chains(snapshot.Lines("nft"));
        var names = order.Steps.SelectMany(step => step).ToList();
        var text = string.Concat(names.Where(chains.ContainsKey).Select(name => chains[name]));
        return new(
            text.Length > 0 ? [new("nft -f -", text)] : [],
            names.TrueForAll(chains.ContainsKey) ? order : null);
    }

    /// <summary>Each base chain without its rules, by the name of its hook point.</summary>
    private static Dictionary<string, string> Chains(IEnumerable<string> lines)
    {
        var (chains, table, chain) = (new Dictionary<string, string>(), "", "");
        foreach (var line in lines)
            if (line.StartsWith("table ", StringComparison.Ordinal))
                table = line;
            else if (line.StartsWith("\tchain ", StringComparison.Ordinal))
                chain = line;
            else if (line.StartsWith("\t\ttype ", StringComparison.Ordinal) && line.Contains(" hook ")
                && table.Split(' ') is [_, var family, var name, "{"] && chain.Split(' ') is [_, var of, "{"])
                foreach (var layer in Layers(family))
                    chains[$"{layer} {name} {of}"] = $"{table}\n{chain}\n{line}\n\t}}\n}}\n";
        return chains;
    }

    // A table of the tools has their name, and any other that of nft.
    private static ImmutableArray<string> Layers(string family) => family switch
    {
        "ip" => ["iptables", "nftables ip"],
        "ip6" => ["ip6tables", "nftables ip6"],
        "arp" => ["arptables", "nftables arp"],
        "bridge" => ["ebtables", "nftables bridge"],
        _ => [$"nftables {family}"],
    };
}
