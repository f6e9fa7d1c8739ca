namespace Hooktrail.Hosts;

/// <summary>
/// Reads a host's rules from its snapshot: of every tool and backend that has some, with devices and addresses as they
/// are there.
/// </summary>
public static class HostRules
{
    private static readonly ImmutableArray<Layer> Layers =
        [Layer.Iptables, Layer.Ip6tables, Layer.Arptables, Layer.Ebtables];

    /// <exception cref="HooktrailException">A part is not what its command prints.</exception>
    public static RuleSet Of(Snapshot snapshot)
    {
        var saves = (
            from layer in Layers
            from backend in (Backend[])[Backend.Nft, Backend.Legacy]
            let part = Read(snapshot, $"{layer.Name()}-{backend.Name()}")
            where part is not null
            select (Layer: layer, Backend: backend, Part: part!)).ToList();
        var sets = RuleReader.Sets(
            snapshot.Lines("ipset"), HostNames.Instance, "ipset save", saves.SelectMany(one => one.Part.Lines));
        var rules = OfNft(
            snapshot,
            saves.Where(one => one.Backend == Backend.Nft).ToDictionary(
                one => one.Layer, one => (IEnumerable<string>)one.Part.Lines),
            sets);
        foreach (var (layer, _, part) in saves.Where(
            one => one.Backend == Backend.Legacy && Decides(snapshot, one.Layer, Backend.Legacy)))
        {
            var legacy = RuleReader.Xtables(layer, part.Lines, HostNames.Instance, part.Command, sets);
            // Both backends may have a chain FORWARD. The kernel asks both, as two chains of one hook.
            rules = BackendOf(snapshot, layer) == Backend.Legacy
                ? Without(rules, layer).With(legacy)
                : rules.With(LegacyBesideNft.Of(legacy));
        }

        return rules;
    }

    /// <summary>
    /// The backend whose chains get the tool's names: legacy if only its tables have a rule or a policy DROP, else nft.
    /// </summary>
    public static Backend BackendOf(Snapshot snapshot, Layer layer) =>
        Decides(snapshot, layer, Backend.Legacy) && !Decides(snapshot, layer, Backend.Nft)
            ? Backend.Legacy
            : Backend.Nft;

    private static bool Decides(Snapshot snapshot, Layer layer, Backend backend) =>
        snapshot.Lines($"{layer.Name()}-{backend.Name()}").Any(line =>
            line.StartsWith("-A ", StringComparison.Ordinal)
            || line.StartsWith(':') && line.Contains(" DROP ", StringComparison.Ordinal));

    private static RuleSet OfNft(
        Snapshot snapshot, Dictionary<Layer, IEnumerable<string>> saves, ImmutableArray<IpSet> sets) =>
        Read(snapshot, "nft-json") is { } listed
            ? RuleReader.OfHost(listed.Text, snapshot.Lines("nft"), saves, HostNames.Instance, sets)
            : saves.Select(save => RuleReader.Xtables(
                    save.Key, save.Value, HostNames.Instance, $"{save.Key.Name()}-save", sets))
                .Aggregate(RuleSet.Empty, (rules, more) => rules.With(more));

    private static RuleSet Without(RuleSet rules, Layer layer) =>
        rules with { Chains = [.. rules.Chains.Where(chain => chain.Id.Layer != layer)] };

    private static SnapshotPart? Read(Snapshot snapshot, string name) =>
        snapshot.Find(name) is { Succeeded: true } part ? part : null;
}
