namespace Hooktrail.Judging;

/// <summary>The fields of a hop besides its hook point: the possible columns of a feature's table.</summary>
public enum HopField
{
    In,

    Out,

    PhysIn,

    PhysOut,

    Source,

    Destination,
}

public static class HopFields
{
    private static readonly string[] Names = ["in", "out", "physIn", "physOut", "source", "destination"];

    /// <summary>In the order of a table's columns.</summary>
    public static ReadOnlySpan<HopField> All =>
        [HopField.In, HopField.Out, HopField.PhysIn, HopField.PhysOut, HopField.Source, HopField.Destination];

    /// <summary>The name in features and JSON.</summary>
    public static string Name(this HopField field) => Names[(int)field];

    /// <summary>The field of a column; null where there is none.</summary>
    public static HopField? Find(string name) =>
        Array.IndexOf(Names, name) is var index and >= 0 ? (HopField)index : null;

    /// <summary>Null if the kernel reports none.</summary>
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
