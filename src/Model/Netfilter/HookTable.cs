using System.Collections.Frozen;

namespace Hooktrail.Model.Netfilter;

/// <summary>
/// What is registered at which hook, in the order in which it runs: by priority, and of two with the same priority the
/// last registered first (net/netfilter/core.c, <c>nf_hook_entries_grow</c>; the same from 4.15 to 7.3).
/// </summary>
internal sealed class HookTable
{
    private static readonly int Hooks = Enum.GetValues<Hook>().Length;

    private readonly ImmutableArray<HookRegistration>[] _entries;
    private readonly FrozenDictionary<(Hook, string), ImmutableArray<HookRegistration>> _ofDevices;

    /// <summary>
    /// Takes the registrations in the order in which they were made, and the rules of their chains.
    /// </summary>
    public HookTable(IEnumerable<HookRegistration> registrations, RuleSet? rules = null)
    {
        // Last registered first, then a sort that keeps that order among equals.
        var ordered = registrations.Reverse().OrderBy(one => one.Priority).ToLookup(one => Index(one.Family, one.Hook));
        var places = Enum.GetValues<Family>().Length * Hooks;
        _entries = [.. Enumerable.Range(0, places).Select(place => ordered[place].ToImmutableArray())];
        _ofDevices = All.Where(one => one.Device is not null)
            .GroupBy(one => (one.Hook, one.Device!))
            .ToFrozenDictionary(one => one.Key, one => one.ToImmutableArray());
        Unknown = [.. _entries.SelectMany(entries => UnknownOrder.Of(entries, rules ?? RuleSet.Empty))];
    }

    /// <summary>What has one priority at one hook, and no known order.</summary>
    public ImmutableArray<UnknownOrder> Unknown { get; }

    public IEnumerable<HookRegistration> All => _entries.SelectMany(hook => hook);

    public ImmutableArray<HookRegistration> At(Family family, Hook hook) => _entries[Index(family, hook)];

    /// <summary>What is registered at a hook of a device.</summary>
    public ImmutableArray<HookRegistration> At(Hook hook, string device) =>
        _ofDevices.TryGetValue((hook, device), out var entries) ? entries : [];

    /// <summary>The unknown order that decides what becomes of the packet at this entry; null if none does.</summary>
    public UnknownOrder? Undecided(HookRegistration entry, Packet packet, in HookState state)
    {
        foreach (var order in Unknown)
            if (order.Includes(entry) && order.Matters(packet, in state))
                return order;
        return null;
    }

    private static int Index(Family family, Hook hook) => (int)family * Hooks + (int)hook;
}
