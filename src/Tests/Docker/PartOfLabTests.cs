using System.Text;
using Hooktrail.Docker.Lab;
using Hooktrail.Labs;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Tests.Docker;

/// <summary>Separate: Docker's rules for a new network come before the taps of other labs.</summary>
[Category("live")]
public class PartOfLabTests
{
    [Test]
    public async Task It_has_only_their_network_and_its_flows_go_as_in_a_whole_one()
    {
        await using var engine = await LiveEngine.ConnectAsync();
        var image = LiveEngine.OrSkip(
            LabImage.TryReference(), "The lab's image has not been built yet; run ./specs prepare.");
        await using var lab = await DockerLab.StartAsync(engine, image, [Client, Server]);
        var parts = (await Leftovers.InEngineAsync(engine, lab.Run.ToString())).Select(name => name.Split('-')[^1]);
        Assert.Multiple(() =>
        {
            Assert.That(parts, Is.EquivalentTo(new[] { "probe", "recorder", "client", "server", "wan", "lab" }));
            Assert.That(lab.Endpoints, Is.EqualTo(new[] { Client, Server, Wan }));
            Assert.That(lab.Profile.Published.Select(port => port.To), Is.EqualTo(new[] { Server, Client }));
        });

        var report = new StringBuilder();
        // The first one needs what the kernel makes itself of the bridge and of the NIC, and was lost while that was
        // tentative.
        Flow[] flows =
        [
            new(Client, Wan, Protocol.Icmp) { Ip = IpVersion.V6 },
            new(Client, Server, Protocol.Udp),
            new(Wan, Host, Protocol.Tcp) { Port = 8080 },
            new(Client, Wan, Protocol.Icmp)
        ];
        foreach (var flow in flows)
            DockerLabTests.Compare(flow, await lab.SendAsync(flow, Sending.Once), report);
        Assert.That(report.ToString(), Is.Empty);
    }

    [Test]
    public async Task What_was_changed_is_taken_back_at_its_end_though_nobody_did()
    {
        await using var engine = await LiveEngine.ConnectAsync();
        var image = LiveEngine.OrSkip(
            LabImage.TryReference(), "The lab's image has not been built yet; run ./specs prepare.");
        await using var watcher = await Probe.StartAsync(engine, image, default);
        var before = await watcher.SnapshotAsync(default);

        HostSnapshot during;
        var lab = await DockerLab.StartAsync(engine, image, [Client, Server]);
        await using (lab)
        {
            _ = await lab.ChangeAsync(new HostChange.Rule("iptables -t mangle -A FORWARD -i lab -p udp -j DROP"));
            _ = await lab.ChangeAsync(new HostChange.Rule("ip6tables -t raw -I PREROUTING -i lab -p udp -j DROP"));
            _ = await lab.ChangeAsync(
                new HostChange.Rule("ebtables -t filter -A FORWARD -p IPv4 --ip-src client --ip-proto udp -j DROP"));
            _ = await lab.ChangeAsync(
                new HostChange.NftTable(
                    "table inet mine { chain c { type filter hook forward priority 5; ip saddr client udp dport 9 drop; }; }"));
            during = await lab.SnapshotAsync();
        }

        var after = await watcher.SnapshotAsync(default);
        // Two of them name no device of the run, but an address out of the networks that only labs have.
        string[] ours = [lab.Run.ToString(), "--ip-src 198.1", "udp dport 9 drop"];
        var bridge = $"ht-{lab.Run}-lab";
        Assert.Multiple(() =>
        {
            foreach (var changed in (string[])
                [
                    $": -A FORWARD -i {bridge} -p udp -j DROP",
                    $": -A PREROUTING -i {bridge} -p udp -j DROP",
                    "udp dport 9 drop",
                    "--ip-src 198.1"
                ])
                Assert.That(before.DifferencesTo(during, ours), Has.Some.Contains(changed));
            Assert.That(before.DifferencesTo(after, ours), Is.Empty);
        });
    }
}
