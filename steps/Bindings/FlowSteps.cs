using Hooktrail.Specs.Run;
using Reqnroll;

namespace Hooktrail.Specs.Bindings;

[Binding]
public sealed class FlowSteps(FlowUnderTest flow)
{
    /// <summary>Each echo request is sent after the answer to the previous one.</summary>
    [When("{endpoint} pings {endpoint}{manner}")]
    public Task WhenPings(Endpoint from, Endpoint to, Manner manner) => SendAsync(new(from, to, Protocol.Icmp), manner);

    /// <summary>
    /// The datagram goes to the port on which every endpoint listens, or to the port that the manner names.
    /// </summary>
    [When("{endpoint} sends a datagram to {endpoint}{manner}")]
    public Task WhenSendsDatagram(Endpoint from, Endpoint to, Manner manner) =>
        SendAsync(new(from, to, Protocol.Udp), manner);

    /// <summary>The connection carries some bytes and is closed.</summary>
    [When("{endpoint} opens a TCP connection to {endpoint}{manner}")]
    public Task WhenConnects(Endpoint from, Endpoint to, Manner manner) =>
        SendAsync(new(from, to, Protocol.Tcp), manner);

    [When("{endpoint} broadcasts a datagram")]
    public Task WhenBroadcasts(Endpoint from) =>
        SendAsync(new(from, Endpoint.Everyone, Protocol.Udp) { Port = Flow.MutePort }, new());

    [When("{endpoint} asks by ARP for {endpoint}")]
    public Task WhenAsks(Endpoint from, Endpoint to) => SendAsync(new(from, to, Protocol.Arp), new());

    private Task SendAsync(Flow plain, Manner manner) => flow.SendAsync(manner.Applied(plain), manner);
}
