using Hooktrail.Questions.Reach;

namespace Hooktrail.Report.Reach;

/// <summary>The reasons below a table, each with a number that its cells have.</summary>
internal sealed class Reasons
{
    // With more, numbers would only be noise.
    private const int Most = 99;

    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    public Reasons(ReachTable table)
    {
        foreach (var cell in table.Cells.Where(HasReason))
            if (_numbers.Count < Most)
                _numbers.TryAdd(cell.Found.Says, _numbers.Count + 1);
            else if (!_numbers.ContainsKey(cell.Found.Says))
                Left = "Some answers have other reasons, which are too many for a table; --format json has each.";
    }

    public IEnumerable<(int Number, string Says)> Numbered => _numbers.Select(one => (one.Value, one.Key));

    /// <summary>What to say where some have none; null where all have one.</summary>
    public string? Left { get; }

    /// <summary>With a blank before; empty where it has none.</summary>
    public string NumberOf(Cell cell) => HasReason(cell) && _numbers.TryGetValue(cell.Found.Says, out var number)
        ? string.Create(CultureInfo.InvariantCulture, $" {number}")
        : "";

    private static bool HasReason(Cell cell) => cell.Verdict is not (Verdict.Yes or Verdict.None);
}
