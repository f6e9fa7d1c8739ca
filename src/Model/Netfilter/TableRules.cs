using System.Collections.Frozen;

namespace Hooktrail.Model.Netfilter;

/// <summary>The chains of one table of a host, by their names.</summary>
internal sealed class TableRules(Layer layer, string table, RuleSet rules)
{
    private readonly FrozenDictionary<string, IndexedChain> _chains = rules.Chains
        .Where(chain => chain.Id.Layer == layer && chain.Id.Table == table)
        .ToFrozenDictionary(chain => chain.Id.Name, chain => new IndexedChain(chain));

    public IndexedChain? Find(string name) => _chains.GetValueOrDefault(name);
}

/// <summary>A chain, and what finds the rules that a packet may match.</summary>
internal sealed class IndexedChain(RuleChain chain)
{
    // To ask so few takes no longer than to find some of them.
    private const int Fewest = 8;

    private readonly RuleIndex? _index = chain.Rules.Length < Fewest ? null : new(chain);

    public RuleChain Chain => chain;

    /// <summary>The policy, which built-in chains and users' chains of ebtables have; null for others.</summary>
    public Decision? Policy { get; } = chain.Policy switch
    {
        Hooktrail.Rules.Policy.Drop => new(new DropTarget(), $"policy of {chain.Id.Name}"),
        Hooktrail.Rules.Policy.Accept => Decision.Accept,
        _ => null,
    };

    /// <summary>The rules that the packet may match; every rule where each is noted.</summary>
    public Candidates For(Packet packet, in HookState state) =>
        _index is null || packet.Journal is { NotesEveryRule: true }
            ? Candidates.All(chain.Rules.Length)
            : _index.Of(packet, in state);
}
