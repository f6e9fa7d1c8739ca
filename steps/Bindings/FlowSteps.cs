using Hooktrail.Specs.Run;
using Hooktrail.Trails;
using Reqnroll;

namespace Hooktrail.Specs.Bindings;

/// <summary>What is sent.</summary>
[Binding]
public sealed class FlowSteps(Journey journey)
{
    /// <summary>Echo requests, each after the answer to the one before.</summary>
    [When("{endpoint} pings {endpoint}{manner}")]
    public Task WhenPings(Endpoint from, Endpoint to, Manner manner) => SendAsync(new(from, to, Protocol.Icmp), manner);

    /// <summary>A datagram to the port that everybody listens on, or another.</summary>
    [When("{endpoint} sends a datagram to {endpoint}{manner}")]
    public Task WhenSendsDatagram(Endpoint from, Endpoint to, Manner manner) => SendAsync(new(from, to, Protocol.Udp), manner);

    /// <summary>A connection that carries some bytes and is closed.</summary>
    [When("{endpoint} opens a TCP connection to {endpoint}{manner}")]
    public Task WhenConnects(Endpoint from, Endpoint to, Manner manner) => SendAsync(new(from, to, Protocol.Tcp), manner);

    /// <summary>A datagram to all on the sender's network.</summary>
    [When("{endpoint} broadcasts a datagram")]
    public Task WhenBroadcasts(Endpoint from) => SendAsync(new(from, Endpoint.Everyone, Protocol.Udp) { Port = Flow.MutePort }, new());

    /// <summary>A question of ARP.</summary>
    [When("{endpoint} asks by ARP for {endpoint}")]
    public Task WhenAsks(Endpoint from, Endpoint to) => SendAsync(new(from, to, Protocol.Arp), new());

    private Task SendAsync(Flow flow, Manner manner) => journey.SendAsync(manner.Applied(flow), manner);
}
