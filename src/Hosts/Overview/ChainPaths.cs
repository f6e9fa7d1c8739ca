namespace Hooktrail.Hosts.Overview;

/// <summary>By which hooks packets come to each chain: by its own, and by those of the chains that jump to it.</summary>
internal sealed class ChainPaths
{
    private static readonly ImmutableArray<string> InOrder =
        ["ingress", "prerouting", "input", "forward", "output", "postrouting", "egress"];

    private readonly Dictionary<ChainId, HashSet<string>> _hooks = [];

    public ChainPaths(RuleSet rules)
    {
        var chains = rules.Chains.ToDictionary(chain => chain.Id);
        foreach (var chain in rules.Chains)
            if (HookOf(chain) is { } hook)
                Reach(chain.Id, hook);

        void Reach(ChainId id, string hook)
        {
            var open = new Stack<ChainId>([id]);
            while (open.TryPop(out var next))
                if (chains.TryGetValue(next, out var chain)
                    && (_hooks.TryGetValue(next, out var known) ? known : _hooks[next] = []).Add(hook))
                    foreach (var jump in chain.Rules.Select(rule => rule.Target).OfType<JumpTarget>())
                        open.Push(next with { Name = jump.Chain });
        }
    }

    /// <summary>In the order in which packets meet them; empty for a chain that nothing calls.</summary>
    public ImmutableArray<string> HooksOf(ChainId chain) =>
        _hooks.TryGetValue(chain, out var hooks) ? [.. InOrder.Where(hooks.Contains)] : [];

    private static string? HookOf(RuleChain chain) =>
        chain.Base is { } registered ? registered.Hook
        : chain.Id.Layer == Layer.Nftables ? null
        : chain.Id.Name == "BROUTING" ? "prerouting"
        : InOrder.FirstOrDefault(hook => hook.ToUpperInvariant() == chain.Id.Name);
}
