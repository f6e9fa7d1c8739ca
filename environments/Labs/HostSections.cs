namespace Hooktrail.Labs;

/// <summary>The output of <see cref="HostScript"/>: its lines by part of the host.</summary>
public sealed class HostSections
{
    internal const string Mark = "hooktrail: part ";
    internal const string Cannot = "hooktrail: cannot: ";

    private readonly ImmutableDictionary<HostParts, ImmutableArray<string>> _lines;

    private HostSections(ImmutableDictionary<HostParts, ImmutableArray<string>> lines) => _lines = lines;

    /// <summary>Splits the script's output into its sections, and ignores what comes before the first.</summary>
    /// <param name="lines">The output.</param>
    /// <param name="asked">The parts that the script was to print.</param>
    /// <exception cref="HooktrailException">A tool is missing or failed, or a section is missing.</exception>
    public static HostSections Of(IReadOnlyList<string> lines, HostParts asked = HostParts.All)
    {
        if (lines.FirstOrDefault(line => line.StartsWith(Cannot, StringComparison.Ordinal)) is { } failed)
            throw new HooktrailException(
                $"The host's settings and rules could not be read: {failed[Cannot.Length..].TrimEnd('.')}; check that iproute2, iptables, arptables, ebtables and nftables are installed, and that the lab can use them.");
        var sections = new Dictionary<HostParts, ImmutableArray<string>.Builder>();
        ImmutableArray<string>.Builder? section = null;
        foreach (var line in lines)
            if (line.StartsWith(Mark, StringComparison.Ordinal)
                && Enum.TryParse<HostParts>(line.AsSpan(Mark.Length), out var part))
                sections[part] = section = ImmutableArray.CreateBuilder<string>();
            else
                section?.Add(line);
        return Each(asked).All(sections.ContainsKey)
            ? new(sections.ToImmutableDictionary(named => named.Key, named => named.Value.ToImmutable()))
            : throw new HooktrailException(
                $"The host's settings and rules could not be read; the script printed «{string.Join(" | ", lines.TakeLast(3))}».");
    }

    /// <summary>The lines of one part.</summary>
    public ImmutableArray<string> this[HostParts part] => _lines[part];

    /// <summary>These sections, with those that were read later in their place.</summary>
    public HostSections With(HostSections later) => new(_lines.SetItems(later._lines));

    /// <summary>The single parts, in the order of the script's output.</summary>
    internal static IEnumerable<HostParts> Each(HostParts parts) =>
        Enum.GetValues<HostParts>().Where(part => int.IsPow2((int)part) && parts.HasFlag(part));
}
