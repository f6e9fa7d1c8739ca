namespace Hooktrail.Labs;

public sealed record Sending
{
    /// <summary>
    /// The wait for an answer that may not come. The hooks also show a later one, until the flow ends.
    /// </summary>
    /// <remarks>
    /// Less than the 200 ms after which TCP retransmits a segment (TCP_RTO_MIN), so nothing is sent twice meanwhile.
    /// </remarks>
    public static readonly TimeSpan Brief = TimeSpan.FromMilliseconds(150);

    /// <summary>
    /// The wait for an answer that must come: a loaded emulator is slow, and the wait ends with the answer.
    /// </summary>
    public static readonly TimeSpan Ample = TimeSpan.FromSeconds(5);

    /// <summary>One request, watched by the lab's usual observers.</summary>
    public static readonly Sending Once = new();

    /// <summary>
    /// The number of requests, 1 to 10, each sent after the answer to the previous one; a TCP flow is one connection.
    /// </summary>
    public int Packets { get; init; } = 1;

    /// <summary>The bytes of payload in each request.</summary>
    public int Size { get; init; } = 8;

    /// <summary>Null for the lab's usual observers.</summary>
    public Observers? Observers { get; init; }

    /// <summary>How long to wait for an answer.</summary>
    public TimeSpan Patience { get; init; } = Brief;

    public Sending For(bool isAnswered) => this with { Patience = isAnswered ? Ample : Brief };

    /// <summary>Runs before the second request, for example to add a rule during the flow; null for nothing.</summary>
    public Func<Task>? Between { get; init; }

    /// <summary>
    /// Receives each record when it arrives, in the order of its observer's channel, and the last one before <see
    /// cref="ILab.SendAsync"/> returns. The threads that read the channels call it and wait for it.
    /// </summary>
    public Action<Glimpse>? Glimpsed { get; init; }
}
