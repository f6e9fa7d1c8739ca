using System.Text.RegularExpressions;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Labs;

/// <summary>
/// What was registered when, as far as a lab can know: from the kernel's own list of its hooks, where it has one, and
/// else from what a lab has seen come since its first reading.
/// </summary>
/// <remarks>
/// What is there at the first reading has no known order, but for the chains of one table: handles of tables and chains
/// grow, but those of chains count within their table, so they do not tell which of two tables' chains came first
/// (net/netfilter/nf_tables_api.c, nf_tables_alloc_handle; measured on 6.18).
/// </remarks>
public sealed partial class RegistrationHistory
{
    private static readonly ImmutableHashSet<string> Tools = [.. HookPoints.All.Select(point => point.ToString())];

    private ImmutableArray<ImmutableArray<string>> _steps = [];
    private ImmutableHashSet<string> _own = [];
    private bool _hasBegun;

    /// <summary>
    /// What a lab itself has registered, in one go. A recorder stands for a chain of a table that the host's tools
    /// lack, and stays.
    /// </summary>
    public void Add(IEnumerable<string> names)
    {
        _hasBegun = true;
        ImmutableArray<string> come = [.. names.Except(_steps.SelectMany(step => step))];
        _own = _own.Union(come.Where(Tools.Contains));
        if (!come.IsEmpty)
            _steps = _steps.Add(come);
    }

    /// <summary>The base chains of tables that a lab itself has made, in this order.</summary>
    public void Add(RuleSet rules)
    {
        foreach (var chain in rules.BaseChains)
            Add([NameOf(chain).ToString()]);
    }

    /// <summary>Whether the chain is there, by the last reading.</summary>
    public bool Has(HookPoint point) => _steps.Any(step => step.Contains(point.ToString()));

    /// <summary>The chains of nft that are not in these rules are gone.</summary>
    public void Keep(RuleSet rules)
    {
        var kept = rules.BaseChains.Select(chain => NameOf(chain).ToString()).ToHashSet();
        Remove(name => name.StartsWith(Layer.Nftables.Name(), StringComparison.Ordinal) && !kept.Contains(name));
    }

    /// <summary>Takes note of what is there now.</summary>
    /// <param name="profile">The host as read.</param>
    /// <param name="ruleset">What <c>nft list ruleset</c> or <c>nft list chains</c> printed.</param>
    /// <param name="legacy">The chains of the legacy tables that are there.</param>
    /// <param name="listed">What <c>nft list hooks</c> printed; empty where the kernel has no such list.</param>
    /// <returns>The order of what shares hook and priority with something else.</returns>
    public RegistrationOrder Look(
        HostProfile profile, IEnumerable<string> ruleset, IEnumerable<HookPoint> legacy,
        ImmutableArray<Registration> listed)
    {
        var chains = BaseChains(ruleset).Select(chain => OfBackend(chain, Backend.Nft, profile)).ToList();
        ImmutableArray<string> functions = [.. Functions(profile)];
        List<string> present =
        [
            .. functions,
            .. legacy.Select(point => point.ToString()),
            .. profile.Rules.BaseChains.Where(IsOfLegacy).Select(chain => NameOf(chain).ToString()),
            .. chains.Select(point => point.ToString()),
        ];
        See(present, chains, functions);
        var levels = Levels(profile, listed);
        var known = levels.SelectMany(step => step).ToHashSet();
        ImmutableArray<ImmutableArray<string>> steps =
            [.. _steps.Select(step => step.Where(name => !known.Contains(name)).ToImmutableArray()), .. levels];
        var order = new RegistrationOrder(steps) { IsListed = !levels.IsEmpty }
            .Among(Ties.Of(profile, steps.SelectMany(step => step).ToHashSet()));
        return order.Steps.IsEmpty ? RegistrationOrder.Assumed : order;
    }

    private void See(List<string> present, List<HookPoint> chains, ImmutableArray<string> functions)
    {
        var isFirst = !_hasBegun;
        var there = present.ToHashSet();
        Remove(name => !there.Contains(name) && !_own.Contains(name));
        var known = _steps.SelectMany(step => step).ToHashSet();
        var come = chains.Where(chain => !known.Contains(chain.ToString())).ToList();
        // A lab reads after each of its changes, which is one transaction. What it brings is listed in the order in
        // which it was registered, unless some of it is in a table that was there before.
        var tables = come.Select(chain => (chain.Layer, chain.Table)).ToHashSet();
        if (!isFirst && !chains.Except(come).Any(old => tables.Contains((old.Layer, old.Table))))
            foreach (var one in come)
                Add([one.ToString()]);
        // The chain comes before its rules, which turn conntrack on.
        Add(isFirst ? present : present.Except(functions));
        Add(functions);
    }

    private void Remove(Func<string, bool> isGone) => _steps =
    [
        .. _steps.Select(step => step.Where(name => !isGone(name)).ToImmutableArray()).Where(step => !step.IsEmpty),
    ];

    /// <summary>The steps by the kernel's list: at each hook, of two with one priority the last came first.</summary>
    private ImmutableArray<ImmutableArray<string>> Levels(HostProfile profile, ImmutableArray<Registration> listed)
    {
        var earlier = new Dictionary<string, HashSet<string>>();
        foreach (var alike in listed.GroupBy(one => (one.Family, one.Hook, one.Device, one.Priority)))
        {
            var names = alike.Select(one => NameOf(one, profile)).OfType<string>().ToList();
            for (var i = 0; i < names.Count; i++)
            {
                earlier.TryAdd(names[i], []);
                earlier[names[i]].UnionWith(names.Skip(i + 1).Where(name => name != names[i]));
            }
        }

        // A list that contradicts what was seen to come proves nothing.
        if (earlier.Any(one => one.Value.Any(before => IndexOf(before) > IndexOf(one.Key))))
            return [];
        var levels = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
        while (earlier.Count > 0)
        {
            // One name at a time, so that those of a step are never taken for unknown.
            var next = earlier.FirstOrDefault(one => !one.Value.Overlaps(earlier.Keys)).Key;
            if (next is null)
                return []; // nor does one that contradicts itself
            earlier.Remove(next);
            levels.Add([next]);
        }

        return levels.ToImmutable();
    }

    private int? IndexOf(string name) => _steps.FirstOrDefault(step => step.Contains(name)) is { IsDefault: false } step
        ? _steps.IndexOf(step)
        : null;

    private static IEnumerable<string> Functions(HostProfile profile) =>
    [
        .. profile.BrNetfilter ? [RegistrationOrder.BrNetfilter] : Array.Empty<string>(),
        .. profile.Conntrack ? [RegistrationOrder.Conntrack] : Array.Empty<string>(),
        .. profile.Conntrack6 ? [RegistrationOrder.Conntrack6] : Array.Empty<string>(),
    ];

    private static string? NameOf(Registration one, HostProfile profile) => one switch
    {
        { Points: [{ Layer: Layer.Nftables } own] } when own.Table.Contains(" hooktrail-", StringComparison.Ordinal) =>
            null,
        { Points: [var chain] } => OfBackend(chain, Backend.Nft, profile).ToString(),
        { What: var what } when what.StartsWith("br_nf_", StringComparison.Ordinal) || what == "ip_sabotage_in" =>
            RegistrationOrder.BrNetfilter,
        _ when IsLegacy(one) =>
            Ties.OfLegacy(one) is { } point ? OfBackend(point, Backend.Legacy, profile).ToString() : null,
        { Family: "ip" or "ip6", What: var what } when what.Contains("nf_nat", StringComparison.Ordinal) =>
            one.Family == "ip" ? RegistrationOrder.Nat : RegistrationOrder.Nat6,
        { Family: "ip" or "ip6", What: var what } when IsConntrack().IsMatch(what) =>
            one.Family == "ip" ? RegistrationOrder.Conntrack : RegistrationOrder.Conntrack6,
        _ => null,
    };

    // Rules of the other backend than that of the host's iptables are read as chains of other tables.
    private static HookPoint OfBackend(HookPoint point, Backend backend, HostProfile profile) =>
        backend != profile.Iptables && point.Layer is Layer.Iptables or Layer.Ip6tables
            ? new(
                Layer.Nftables,
                $"{(point.Layer == Layer.Iptables ? "ip" : "ip6")} {point.Layer.Name()}-{backend.Name()}-{point.Table}",
                point.Chain)
            : point;

    // Up to 5.15 each table has a function of its module; since then all have that of the tables' core.
    private static bool IsLegacy(Registration one) =>
        one.What.Contains("_do_table", StringComparison.Ordinal) || LegacyModule().IsMatch(one.Module ?? "");

    private static HookPoint NameOf(RuleChain chain) => new(Layer.Nftables, chain.Id.Table, chain.Id.Name);

    private static bool IsOfLegacy(RuleChain chain) =>
        chain.Id.Table.Contains("tables-legacy-", StringComparison.Ordinal);

    /// <summary>The base chains of other tables than Hooktrail's; a dormant table's are not registered.</summary>
    private static IEnumerable<HookPoint> BaseChains(IEnumerable<string> lines)
    {
        var (family, table, chain, isDormant) = ("", "", "", false);
        List<HookPoint> found = [];
        foreach (var line in lines.Append("table end end {"))
            if (Table().Match(line) is { Success: true } begun)
            {
                foreach (var point in found.Where(_ => !isDormant))
                    yield return point;
                found.Clear();
                (family, table, isDormant) = (begun.Groups[1].Value, begun.Groups[2].Value, false);
            }
            else if (Chain().Match(line) is { Success: true } named)
            {
                chain = named.Groups[1].Value;
            }
            else if (Base().IsMatch(line) && !table.StartsWith("hooktrail-", StringComparison.Ordinal))
            {
                found.Add(HookListing.PointOf(family, table, chain) ?? new(Layer.Nftables, $"{family} {table}", chain));
            }
            else
            {
                isDormant |= Dormant().IsMatch(line);
            }
    }

    [GeneratedRegex("""\A\s*table (\S+) "?([^"]+?)"? \{""")]
    private static partial Regex Table();

    [GeneratedRegex("""\A\s*chain "?([^"]+?)"? \{""")]
    private static partial Regex Chain();

    [GeneratedRegex(@"\A\s*type \S+ hook ")]
    private static partial Regex Base();

    [GeneratedRegex(@"\A\s*flags .*\bdormant\b")]
    private static partial Regex Dormant();

    [GeneratedRegex(@"\A(ip|ip6|arp|eb)table_")]
    private static partial Regex LegacyModule();

    [GeneratedRegex("conntrack|confirm|defrag")]
    private static partial Regex IsConntrack();
}
