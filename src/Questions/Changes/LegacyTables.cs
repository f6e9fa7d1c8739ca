using Hooktrail.Hosts;
using Hooktrail.Rules.Changing;

namespace Hooktrail.Questions.Changes;

/// <summary>
/// Commands of <c>iptables-legacy</c> on a host whose <c>iptables</c> uses nft. The rules of both are there
/// (<see cref="LegacyBesideNft"/>), and each tool sees only its own.
/// </summary>
internal static class LegacyTables
{
    private const string Mark = "-legacy-";

    /// <summary>The tool's name and table of such a chain; null for any other.</summary>
    public static (string Tool, string Table)? Of(string table)
    {
        var name = table[(table.IndexOf(' ') + 1)..];
        var at = name.IndexOf(Mark, StringComparison.Ordinal);
        return at > 0 && name[..at] is "iptables" or "ip6tables" or "arptables"
            ? (name[..at] + "-legacy", name[(at + Mark.Length)..])
            : null;
    }

    /// <summary>The rules after a command of the tool; null if the host has no rules of it beside nft.</summary>
    /// <exception cref="HooktrailException">The tool would refuse the command.</exception>
    public static RuleSet? Apply(RuleSet rules, string tool, string command)
    {
        if (!rules.Chains.Any(IsOfTool))
            return null;
        var layer = Layers.Parse(tool[..tool.IndexOf('-')]);
        var own = rules with
        {
            Chains =
            [
                .. rules.Chains.Where(IsOfTool)
                    .Select(chain => chain with { Id = new(layer, Of(chain.Id.Table)!.Value.Table, chain.Id.Name), Base = null }),
            ],
        };
        var changed = LegacyBesideNft.Of(RuleCommand.Apply(own, command, Backend.Legacy, Backend.Legacy, HostNames.Instance));
        return rules with
        {
            Chains = [.. rules.Chains.Where(chain => !IsOfTool(chain)), .. changed.Chains],
        };

        bool IsOfTool(RuleChain chain) => chain.Id.Layer == Layer.Nftables && Of(chain.Id.Table)?.Tool == tool;
    }
}
