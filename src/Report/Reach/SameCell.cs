using System.Runtime.CompilerServices;
using Hooktrail.Questions.Reach;

namespace Hooktrail.Report.Reach;

/// <summary>Each cell is there once; to compare what it holds would take long.</summary>
internal sealed class SameCell : IEqualityComparer<Cell>
{
    public static readonly SameCell Instance = new();

    private SameCell()
    {
    }

    public bool Equals(Cell? one, Cell? other) => ReferenceEquals(one, other);

    public int GetHashCode(Cell cell) => RuntimeHelpers.GetHashCode(cell);
}
