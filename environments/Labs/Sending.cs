namespace Hooktrail.Labs;

public sealed record Sending
{
    /// <summary>For an answer that need not come. The hooks see a later one too, until the flow ends.</summary>
    /// <remarks>Less than the 200 ms after which TCP repeats a segment (TCP_RTO_MIN), so nothing is sent twice meanwhile.</remarks>
    public static readonly TimeSpan Brief = TimeSpan.FromMilliseconds(150);

    /// <summary>For an answer that must come: a loaded emulator is slow, and the wait ends with the answer.</summary>
    public static readonly TimeSpan Ample = TimeSpan.FromSeconds(5);

    /// <summary>Watched by all observers of the lab.</summary>
    public static readonly Sending Once = new();

    /// <summary>The requests, 1 to 10, each after the answer to the one before; a TCP flow is one connection.</summary>
    public int Packets { get; init; } = 1;

    /// <summary>The bytes of payload of each.</summary>
    public int Size { get; init; } = 8;

    /// <summary>Null for all observers of the lab.</summary>
    public Observers? Observers { get; init; }

    /// <summary>How long to wait for an answer.</summary>
    public TimeSpan Patience { get; init; } = Brief;

    public Sending For(bool isAnswered) => this with { Patience = isAnswered ? Ample : Brief };

    /// <summary>Runs before the second request, such as to load a rule amid the flow; null for nothing.</summary>
    public Func<Task>? Between { get; init; }

    /// <summary>
    /// Takes each record that comes in, in the order of its observer's channel, and the last one before
    /// <see cref="ILab.SendAsync"/> returns. The threads that read the channels call it, and wait for it.
    /// </summary>
    public Action<Glimpse>? Glimpsed { get; init; }
}
