using Hooktrail.Trails.Json;

namespace Hooktrail.Conformance;

/// <summary>How many legs came to which end.</summary>
public sealed class Tally
{
    private readonly int[] _counts = new int[Enum.GetValues<LegVerdict>().Length];

    /// <summary>How many of one verdict.</summary>
    public int this[LegVerdict verdict] => _counts[(int)verdict];

    /// <summary>How many were run, whatever came of it.</summary>
    public int Run => _counts.Sum() - this[LegVerdict.Skipped];

    /// <summary>How many there are.</summary>
    public int All => _counts.Sum();

    /// <summary>Counts one leg.</summary>
    public void Add(LegVerdict verdict) => _counts[(int)verdict]++;
}
