namespace Hooktrail.Specs.Bindings;

/// <summary>How a flow is sent: the words that follow it in a sentence.</summary>
public sealed record Manner
{
    /// <summary>The number of requests.</summary>
    public int Packets { get; init; } = 1;

    /// <summary>Null for the protocol's default.</summary>
    public int? Port { get; init; }

    /// <summary>The receiver's address that the sender uses; null for the default.</summary>
    public string? Via { get; init; }

    /// <summary>The sender's spoofed address; null for its real one.</summary>
    public string? As { get; init; }

    public IpVersion Ip { get; init; }

    /// <summary>TTL, or hop limit.</summary>
    public int Ttl { get; init; } = Flow.DefaultTtl;

    public int Fragments { get; init; } = 1;

    public Encapsulation Frame { get; init; }

    /// <summary>A switch that is turned for this flow.</summary>
    public (Switch Switch, bool On)? Turned { get; init; }

    /// <summary>A rule that is added after the first request; null for none.</summary>
    public string? Between { get; init; }

    public Flow Applied(Flow flow) => flow with
    {
        Ip = Ip,
        // This port sends no answer: it would go to the real owner of the source address.
        Port = Port ?? (As is null ? flow.Port : Flow.MutePort),
        Via = Via,
        As = As,
        Ttl = Ttl,
        Fragments = Fragments,
        Encapsulation = Frame,
    };
}
