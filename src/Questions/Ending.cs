namespace Hooktrail.Questions;

/// <summary>What becomes of a packet and of its answer.</summary>
public enum Ending
{
    /// <summary>The request arrives, and its answer too.</summary>
    Delivered,

    /// <summary>A rule drops the request or its answer.</summary>
    Dropped,

    /// <summary>A rule turns it away and tells the sender.</summary>
    Rejected,

    /// <summary>No route, no socket, or a check of the kernel's between the hooks.</summary>
    Unreachable,

    /// <summary>It depends on a match that the model cannot decide.</summary>
    Depends,

    /// <summary>The model does not know.</summary>
    Unknown,
}

public static class Endings
{
    private static readonly ImmutableArray<(string Name, Ending Ending)> Names =
    [
        ("delivered", Ending.Delivered), ("dropped", Ending.Dropped), ("rejected", Ending.Rejected),
        ("unreachable", Ending.Unreachable), ("depends", Ending.Depends), ("not predicted", Ending.Unknown),
    ];

    public static string Name(this Ending ending) => Names.First(one => one.Ending == ending).Name;

    /// <summary>Reads an ending that a user may expect.</summary>
    /// <exception cref="HooktrailException">There is no such ending, or it is none that the model is sure of.</exception>
    public static Ending ParseExpected(string name) =>
        Names.Take(4).Where(one => one.Name == name).Select(one => (Ending?)one.Ending).FirstOrDefault()
        ?? throw new HooktrailException(
            $"Unknown ending \"{name}\"; the endings are delivered, dropped, rejected and unreachable.");
}
