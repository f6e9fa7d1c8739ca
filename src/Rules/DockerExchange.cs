using System.Collections.Frozen;

namespace Hooktrail.Rules;

/// <summary>Takes Docker's rules of one release from a host, and puts those of another one there.</summary>
/// <remarks>A rule is Docker's if a release would write it for this host; all others stay.</remarks>
public sealed class DockerExchange
{
    private readonly FrozenSet<(ChainId, string)> _known;
    private readonly FrozenSet<ChainId> _chains;

    /// <param name="all">The rules of every release for the host, with the host's names.</param>
    public DockerExchange(IEnumerable<RuleSet> all)
    {
        var sets = all.ToList();
        _known = sets.SelectMany(Names).ToFrozenSet();
        _chains = sets.SelectMany(rules => rules.Chains)
            .Where(chain => chain.Policy == Policy.None || chain.Id.Layer == Layer.Nftables)
            .Select(chain => chain.Id)
            .ToFrozenSet();
    }

    /// <summary>How far the rules are from those of a release: 0 if they have just these, and no other's.</summary>
    public int Distance(RuleSet rules, RuleSet docker)
    {
        var here = Names(rules).ToHashSet();
        return docker.Count + here.Count(_known.Contains) - 2 * Names(docker).Count(here.Contains);
    }

    /// <summary>Whether the host has any of the release's rules.</summary>
    public static bool HasAny(RuleSet rules, RuleSet docker)
    {
        var here = Names(rules).ToHashSet();
        return Names(docker).Any(here.Contains);
    }

    /// <summary>The rules with Docker's exchanged, at the place of those that were there.</summary>
    public RuleSet Exchanged(RuleSet rules, RuleSet docker)
    {
        var own = Own(rules);
        return own with
        {
            Chains =
            [
                .. docker.Chains.Select(chain => own.Find(chain.Id) is { } mine
                    ? chain with
                    {
                        Rules = Numbered(
                            mine.Rules.Take(Before(rules, chain.Id)), chain.Rules,
                            mine.Rules.Skip(Before(rules, chain.Id))),
                    }
                    : chain),
                .. own.Chains.Where(chain => docker.Find(chain.Id) is null),
            ],
        };
    }

    /// <summary>The rules without Docker's.</summary>
    public RuleSet Own(RuleSet rules) => rules with
    {
        Chains =
        [
            .. rules.Chains
                .Select(chain => chain with
                {
                    Rules = Numbered(chain.Rules.Where(rule => !_known.Contains((chain.Id, rule.Text)))),
                    // dockerd sets FORWARD's policy to DROP.
                    Policy = chain.Id is { Layer: Layer.Iptables or Layer.Ip6tables, Table: "filter", Name: "FORWARD" }
                        ? Policy.Accept
                        : chain.Policy,
                })
                .Where(chain => !chain.Rules.IsEmpty
                    || !_chains.Contains(chain.Id) && (chain.Policy != Policy.Accept || chain.Base is not null)),
        ],
    };

    // As the tool would list them; one of its rules may be several here, with one number.
    private static ImmutableArray<Rule> Numbered(params IEnumerable<IEnumerable<Rule>> parts)
    {
        var rules = ImmutableArray.CreateBuilder<Rule>();
        var number = 0;
        foreach (var part in parts)
        {
            var before = -1;
            foreach (var rule in part)
            {
                number += rule.Number == before && before > 0 ? 0 : 1;
                before = rule.Number;
                rules.Add(rule with { Number = number });
            }
        }

        return rules.ToImmutable();
    }

    // The number of the administrator's rules that come before Docker's.
    private int Before(RuleSet rules, ChainId id) =>
        rules.Find(id) is { } chain && chain.Rules.Any(rule => _known.Contains((id, rule.Text)))
            ? chain.Rules.TakeWhile(rule => !_known.Contains((id, rule.Text))).Count()
            : int.MaxValue;

    private static IEnumerable<(ChainId, string)> Names(RuleSet rules) =>
        rules.Chains.SelectMany(chain => chain.Rules.Select(rule => (chain.Id, rule.Text)));
}
