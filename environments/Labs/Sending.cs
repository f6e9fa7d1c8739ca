namespace Hooktrail.Labs;

/// <summary>How a flow is sent.</summary>
public sealed record Sending
{
    /// <summary>How long an answer is waited for that need not come. What comes later is seen at the hooks all the same, until the flow's end.</summary>
    public static readonly TimeSpan Brief = TimeSpan.FromMilliseconds(250);

    /// <summary>How long an answer is waited for that is to come: an emulated machine under load takes its time, and who has the answer waits no longer.</summary>
    public static readonly TimeSpan Ample = TimeSpan.FromSeconds(5);

    /// <summary>Once, watched by all that the lab has.</summary>
    public static readonly Sending Once = new();

    /// <summary>How many requests, 1 to 10, each after the answer to the one before; a TCP flow is one connection.</summary>
    public int Packets { get; init; } = 1;

    /// <summary>The bytes of payload of each.</summary>
    public int Size { get; init; } = 8;

    /// <summary>Who watches; null for all that the lab has.</summary>
    public Observers? Observers { get; init; }

    /// <summary>How long an answer is waited for.</summary>
    public TimeSpan Patience { get; init; } = Brief;

    /// <summary>The same, with patience.</summary>
    /// <param name="isAnswered">Whether an answer is expected.</param>
    public Sending For(bool isAnswered) => this with { Patience = isAnswered ? Ample : Brief };

    /// <summary>Done before the second request is sent, such as a rule that is loaded while the flow goes on; null for nothing.</summary>
    public Func<Task>? Between { get; init; }

    /// <summary>
    /// Is told of each record that comes in while the flow is under way, in the order of its observer's channel, and of the last before
    /// <see cref="ILab.SendAsync"/> has a result; null for nobody. It is called by the threads that read the channels, and they wait for it.
    /// </summary>
    public Action<Glimpse>? Glimpsed { get; init; }
}
