using Hooktrail.Specs.Run;
using Hooktrail.Trails;
using Reqnroll;

namespace Hooktrail.Specs.Bindings;

/// <summary>What is sent. How often and in which way stands behind it in words: see <see cref="Manner"/>.</summary>
[Binding]
public sealed class FlowSteps(Journey journey)
{
    /// <summary>Echo requests, each after the answer to the one before.</summary>
    [When("^\"([^\"]*)\" pings \"([^\"]*)\"(.*)$")]
    public Task WhenPings(Endpoint from, Endpoint to, string manner) => SendAsync(new(from, to, Protocol.Icmp), manner);

    /// <summary>A datagram to the port that everybody listens on, or another.</summary>
    [When("^\"([^\"]*)\" sends a datagram to \"([^\"]*)\"(.*)$")]
    public Task WhenSendsDatagram(Endpoint from, Endpoint to, string manner) => SendAsync(new(from, to, Protocol.Udp), manner);

    /// <summary>A connection that carries some bytes and is closed.</summary>
    [When("^\"([^\"]*)\" opens a TCP connection to \"([^\"]*)\"(.*)$")]
    public Task WhenConnects(Endpoint from, Endpoint to, string manner) => SendAsync(new(from, to, Protocol.Tcp), manner);

    /// <summary>A datagram to all on the sender's network.</summary>
    [When("^\"([^\"]*)\" broadcasts a datagram$")]
    public Task WhenBroadcasts(Endpoint from) => SendAsync(new(from, Endpoint.Everyone, Protocol.Udp) { Port = Flow.MutePort }, "");

    /// <summary>A question of ARP.</summary>
    [When("^\"([^\"]*)\" asks by ARP for \"([^\"]*)\"$")]
    public Task WhenAsks(Endpoint from, Endpoint to) => SendAsync(new(from, to, Protocol.Arp), "");

    private Task SendAsync(Flow flow, string manner)
    {
        var how = Manner.Parse(manner);
        return journey.SendAsync(how.Applied(flow), how);
    }
}
