using Hooktrail.Specs.Run;
using Hooktrail.Trails;
using Reqnroll;

namespace Hooktrail.Specs.Bindings;

/// <summary>What is sent.</summary>
[Binding]
public sealed class FlowSteps(Journey journey)
{
    /// <summary>One echo request.</summary>
    [When("{string} pings {string} once")]
    public Task WhenPingsOnceAsync(Endpoint from, Endpoint to) => PingAsync(from, to, 1);

    /// <summary>Two echo requests of one connection.</summary>
    [When("{string} pings {string} twice")]
    public Task WhenPingsTwiceAsync(Endpoint from, Endpoint to) => PingAsync(from, to, 2);

    /// <summary>Several echo requests of one connection.</summary>
    [When("{string} pings {string} {int} times")]
    public Task WhenPingsAsync(Endpoint from, Endpoint to, int packets) => PingAsync(from, to, packets);

    /// <summary>One echo request, with the switch off meanwhile.</summary>
    [When("{string} pings {string} once with bridge-nf-call-iptables off")]
    public Task WhenPingsWithSwitchOffAsync(Endpoint from, Endpoint to)
    {
        journey.BridgeNfCallIptables = false;
        return PingAsync(from, to, 1);
    }

    private Task PingAsync(Endpoint from, Endpoint to, int packets) => journey.SendAsync(new Flow(from, to, Protocol.Icmp), packets);
}
