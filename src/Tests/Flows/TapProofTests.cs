using Hooktrail.Labs;
using Hooktrail.Model;

namespace Hooktrail.Tests.Flows;

/// <summary>By the model, what is sent as a proof proves something: in a lab, the features ask for it.</summary>
public class TapProofTests
{
    [Test]
    public void Its_flows_cross_every_hook_point_of_the_tools_that_watch(
        [Values(Protocol.Icmp, Protocol.Udp)] Protocol protocol)
    {
        var crossed =
            from flow in TapProof.Flows(Endpoint.All, protocol)
            from leg in Prediction.Legs(HostProfile.Default, flow)
            from hop in leg.Trail.Hops
            select hop.Point;
        Assert.That(HookPoints.All.Where(point => point.Layer != Layer.Arptables).Except(crossed), Is.Empty);
    }

    [Test]
    public void In_a_lab_of_few_only_those_are_sent_that_can_be() => Assert.That(
        TapProof.Flows([Endpoint.Client, Endpoint.Wan], Protocol.Icmp),
        Is.EqualTo(Enum.GetValues<IpVersion>()
            .Select(ip => new Flow(Endpoint.Client, Endpoint.Wan, Protocol.Icmp) { Ip = ip })));
}
