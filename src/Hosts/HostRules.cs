namespace Hooktrail.Hosts;

/// <summary>Reads a host's rules from its snapshot: of every tool and backend that has some.</summary>
public static class HostRules
{
    private static readonly ImmutableArray<Layer> Layers =
        [Layer.Iptables, Layer.Ip6tables, Layer.Arptables, Layer.Ebtables];

    /// <exception cref="HooktrailException">A part is not what its command prints.</exception>
    public static RuleSet Of(Snapshot snapshot, INames names)
    {
        var saved = Layers
            .SelectMany(layer => (Backend[])[Backend.Nft, Backend.Legacy], (layer, backend) => (layer, backend))
            .Select(one => (one.layer, one.backend, Part: Read(snapshot, $"{one.layer.Name()}-{one.backend.Name()}")))
            .Where(one => one.Part is not null)
            .ToList();
        var sets = RuleReader.Sets(
            Read(snapshot, "ipset")?.Lines ?? [], names, "ipset save", saved.SelectMany(one => one.Part!.Lines));
        var nft = Read(snapshot, "nft-json");
        return saved.Where(one => one.backend == Backend.Legacy || nft is null)
            .Select(one => RuleReader.Xtables(one.layer, one.Part!.Lines, names, one.Part.Command, sets))
            .Prepend(
                nft is null
                    ? RuleSet.Empty
                    : RuleReader.OfHost(
                        nft.Text, Read(snapshot, "nft")?.Lines ?? [],
                        saved.Where(one => one.backend == Backend.Nft)
                            .ToDictionary(one => one.layer, one => (IEnumerable<string>)one.Part!.Lines),
                        names,
                        sets))
            .Aggregate((rules, more) => rules.With(more));
    }

    private static SnapshotPart? Read(Snapshot snapshot, string name) =>
        snapshot.Find(name) is { Succeeded: true } part ? part : null;
}
