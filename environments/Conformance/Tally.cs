using Hooktrail.Records;

namespace Hooktrail.Conformance;

public sealed class Tally
{
    private readonly int[] _counts = new int[Enum.GetValues<LegVerdict>().Length];

    public int this[LegVerdict verdict] => _counts[(int)verdict];

    /// <summary>All but the skipped ones.</summary>
    public int Run => _counts.Sum() - this[LegVerdict.Skipped];

    public int All => _counts.Sum();

    public void Add(LegVerdict verdict) => _counts[(int)verdict]++;
}
