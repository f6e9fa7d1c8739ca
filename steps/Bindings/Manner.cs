using Hooktrail.Trails;

namespace Hooktrail.Specs.Bindings;

/// <summary>How a flow is sent: what stands behind it in a sentence.</summary>
public sealed record Manner
{
    /// <summary>How many requests.</summary>
    public int Packets { get; init; } = 1;

    /// <summary>The port; null for the protocol's own.</summary>
    public int? Port { get; init; }

    /// <summary>The address of the receiver that is used; null for its own.</summary>
    public string? Via { get; init; }

    /// <summary>The address that the sender claims to have; null for its own.</summary>
    public string? As { get; init; }

    /// <summary>IPv4 or IPv6.</summary>
    public IpVersion Ip { get; init; }

    /// <summary>TTL, or hop limit.</summary>
    public int Ttl { get; init; } = Flow.DefaultTtl;

    /// <summary>In how many fragments.</summary>
    public int Fragments { get; init; } = 1;

    /// <summary>What the packet is wrapped in.</summary>
    public Encapsulation Frame { get; init; }

    /// <summary>A switch that is turned for this flow; null for none.</summary>
    public (Switch Switch, bool On)? Turned { get; init; }

    /// <summary>A rule that is added after the first request; null for none.</summary>
    public string? Between { get; init; }

    /// <summary>The flow, sent so.</summary>
    public Flow Applied(Flow flow) => flow with
    {
        Ip = Ip,
        // At this port no answer is sent: it would go to the real owner of the source address.
        Port = Port ?? (As is null ? flow.Port : Flow.MutePort),
        Via = Via,
        As = As,
        Ttl = Ttl,
        Fragments = Fragments,
        Encapsulation = Frame,
    };
}
