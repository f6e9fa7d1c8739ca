namespace Hooktrail.Observation.Nflog;

/// <summary>
/// Private tables of nf_tables that make the kernel tell which rules a packet meets (<c>meta nftrace</c>,
/// net/netfilter/nf_tables_trace.c): a chain before all others at each hook. The kernel traces while they are there.
/// </summary>
/// <param name="Run">The run.</param>
/// <param name="Places">The places of chains at the hooks.</param>
public sealed record TraceSwitch(RunId Run, ImmutableArray<NflogPlace> Places)
{
    /// <summary>The first release whose trace was measured.</summary>
    public static readonly KernelVersion First = KernelVersion.Parse("5.10");

    /// <summary>The packets that are traced; all, in a namespace that holds only the lab.</summary>
    public NflogTraffic Traffic { get; init; } = NflogTraffic.Everything;

    private string Name => $"hooktrail-{Run}-trace";

    /// <summary>Input for <c>nft -f -</c> that switches the trace on.</summary>
    public string On() => string.Concat(
        from family in Places.GroupBy(place => place.Family)
        orderby family.Key
        select $"table {Word(family.Key)} {Name} {{\n{Select(family.Key)}{string.Concat(family.Select(HookOf).Distinct().Select((at, index) => Chain(at, index, Chooses(family.Key))))}}}\n");

    /// <summary>Input for <c>nft -f -</c> that switches it off.</summary>
    public string Off() => string.Concat(
        from family in Places.Select(place => place.Family).Distinct().Order()
        select $"delete table {Word(family)} {Name}\n");

    private bool Chooses(NftFamily family) => Traffic.Chain(family).Any();

    private string Select(NftFamily family) => Chooses(family)
        ? $"\tchain traffic {{\n{string.Concat(Traffic.Chain(family).Select(line => $"\t\t{line}\n"))}\t}}\n"
        : "";

    private static (NftHook Hook, string? Device) HookOf(NflogPlace place) => (place.Hook, place.Device);

    // The last one registered at the lowest priority runs first of all.
    private static string Chain((NftHook Hook, string? Device) at, int index, bool chooses) => string.Create(
        CultureInfo.InvariantCulture,
        $"\tchain c{index} {{\n\t\ttype filter hook {Word(at.Hook)}{(at.Device is null ? "" : $" device \"{at.Device}\"")} priority {int.MinValue}; policy accept;\n{(chooses ? "\t\tjump traffic\n" : "")}\t\tmeta nftrace set 1\n\t}}\n");

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
