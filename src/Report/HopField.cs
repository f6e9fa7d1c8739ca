using Hooktrail.Trails;

namespace Hooktrail.Report;

/// <summary>What a hop says besides its hook point: the columns that a feature's table may have.</summary>
public enum HopField
{
    /// <summary><see cref="Hop.In"/>.</summary>
    In,

    /// <summary><see cref="Hop.Out"/>.</summary>
    Out,

    /// <summary><see cref="Hop.PhysIn"/>.</summary>
    PhysIn,

    /// <summary><see cref="Hop.PhysOut"/>.</summary>
    PhysOut,

    /// <summary><see cref="Hop.Source"/>.</summary>
    Source,

    /// <summary><see cref="Hop.Destination"/>.</summary>
    Destination,
}

/// <summary>The names of the fields, and how to read them from a hop.</summary>
public static class HopFields
{
    private static readonly string[] Names = ["in", "out", "physIn", "physOut", "source", "destination"];

    /// <summary>All of them, in the order of a table's columns.</summary>
    public static ReadOnlySpan<HopField> All =>
        [HopField.In, HopField.Out, HopField.PhysIn, HopField.PhysOut, HopField.Source, HopField.Destination];

    /// <summary>The field's name as features and JSON write it.</summary>
    public static string Name(this HopField field) => Names[(int)field];

    /// <summary>Finds the field that a column is named for; null where there is none.</summary>
    public static HopField? Find(string name) =>
        Array.IndexOf(Names, name) is var index and >= 0 ? (HopField)index : null;

    /// <summary>The field's value at a hop; null where the kernel gives none.</summary>
    public static string? Of(this HopField field, Hop hop) => field switch
    {
        HopField.In => hop.In,
        HopField.Out => hop.Out,
        HopField.PhysIn => hop.PhysIn,
        HopField.PhysOut => hop.PhysOut,
        HopField.Source => hop.Source,
        _ => hop.Destination,
    };
}
