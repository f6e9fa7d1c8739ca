using System.Text;
using Hooktrail.Docker.Lab;
using Hooktrail.Labs;
using Hooktrail.Trails;
using NUnit.Framework;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Tests.Docker;

/// <summary>
/// A lab of some containers on a real Engine. It has a fixture of its own: Docker puts a new network's rules before the tracepoints of labs that are up,
/// and what it drops there their LOG rules do not see.
/// </summary>
[Category("live")]
public class PartOfLabTests
{
    [Test]
    public async Task It_has_their_network_alone_and_its_flows_go_as_in_a_whole_one()
    {
        await using var engine = await LiveEngine.ConnectAsync();
        var image = LiveEngine.OrSkip(LabImage.TryReference(), "The lab's image has not been built yet; run ./specs prepare.");
        await using var lab = await DockerLab.StartAsync(engine, image, [Client, Server]);
        var parts = (await Leftovers.InEngineAsync(engine, lab.Run.ToString())).Select(name => name.Split('-')[^1]);
        Assert.Multiple(() =>
        {
            Assert.That(parts, Is.EquivalentTo(new[] { "probe", "recorder", "client", "server", "hosted", "wan", "lab" }));
            Assert.That(lab.Endpoints, Is.EqualTo(new[] { Client, Server, Host, Hosted, Wan }));
            Assert.That(lab.Profile.Published.Select(port => port.To), Is.EqualTo(new[] { Server, Client }));
        });

        var report = new StringBuilder();
        Flow[] flows = [new(Client, Server, Protocol.Udp), new(Wan, Host, Protocol.Tcp) { Port = 8080 }, new(Client, Wan, Protocol.Icmp) { Ip = IpVersion.V6 }];
        foreach (var flow in flows)
            DockerLabTests.Compare(flow, await lab.SendAsync(flow, Sending.Once), report);
        Assert.That(report.ToString(), Is.Empty);
    }
}
