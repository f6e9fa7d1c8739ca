using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Hooktrail.Hosts.Overview;
using Hooktrail.Report.Hosts;
using Hooktrail.Report.Picture;
using NJsonSchema;

namespace Hooktrail.Tests.Hosts;

public class OverviewTests
{
    private static readonly string Rules = """
        *filter
        :INPUT DROP [0:0]
        :DOCKER-USER - [0:0]
        -A INPUT -i lo -j ACCEPT
        -A INPUT -p tcp -m tcp --dport 22 -m recent --name ssh --set -j ACCEPT
        -A FORWARD -j DOCKER-USER
        -A DOCKER-USER -s 203.0.113.0/24 -i eth0 -p udp -j NFQUEUE --queue-num 1
        COMMIT
        """;

    private static readonly HostOverview Host = HostOverview.Of(Taken.Of(
        ("kernel", "6.1.0"), ("host", "shop <1>"), ("iptables-nft", Rules),
        ("links", """
            [{"ifindex":1,"ifname":"lo","flags":["UP"],"link_type":"loopback","addr_info":[{"local":"127.0.0.1","prefixlen":8}]},
             {"ifindex":2,"ifname":"eth0","flags":["UP"],"link_type":"ether","address":"02:00:00:00:00:02","addr_info":[{"local":"203.0.113.2","prefixlen":24}]},
             {"ifindex":3,"ifname":"br-1","flags":["UP"],"link_type":"ether","linkinfo":{"info_kind":"bridge"},"addr_info":[{"local":"172.18.0.1","prefixlen":16}]},
             {"ifindex":5,"link_index":4,"ifname":"veth1","flags":["UP"],"master":"br-1","link_type":"ether","linkinfo":{"info_kind":"veth","info_slave_kind":"bridge"},"addr_info":[]}]
            """),
        ("routes", "[{\"dst\":\"default\",\"gateway\":\"203.0.113.1\",\"dev\":\"eth0\"}]"),
        ("listening", "tcp 00000000:0016"),
        ("docker-networks", "{\"id\":\"1234567890123\",\"name\":\"shop_default\",\"driver\":\"bridge\",\"subnets\":[{\"Subnet\":\"172.18.0.0/16\"}],\"options\":{\"com.docker.network.bridge.name\":\"br-1\"}}"),
        ("docker-containers", "{\"id\":\"1\",\"name\":\"/shop-web-1\",\"pid\":7,\"project\":\"shop\",\"service\":\"web\",\"mode\":\"shop_default\",\"ports\":{\"80/tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"8080\"}]},\"networks\":[]}"),
        ("namespace 7", "net:[1]"),
        ("links 7", "[{\"ifindex\":4,\"link_index\":5,\"ifname\":\"eth0\",\"link_type\":\"ether\",\"addr_info\":[{\"local\":\"172.18.0.2\",\"prefixlen\":16}]}]")));

    [Test]
    public void Rules_are_counted_by_table_and_by_how_far_they_are_known() => Assert.That(
        Host.Tables, Is.EqualTo(new[] { new TableCount(Layer.Iptables, "filter", 3, 2, 1, 1) }));

    [Test]
    public void Each_rule_that_is_not_modelled_says_which_packets_it_is_about() => Assert.That(
        Host.Open.Select(one => (one.Chain.Name, one.Knowledge, one.What, one.Flows)),
        Is.EqualTo(new[]
        {
            ("INPUT", RuleKnowledge.BothWays, "-m recent", "IPv4: TCP to port 22; packets to the host"),
            ("DOCKER-USER", RuleKnowledge.Unknown, "NFQUEUE --queue-num", "IPv4: UDP, from 203.0.113.0/24, in by eth0; packets through the host"),
        }));

    [Test]
    public void The_text_has_it_all()
    {
        using var text = new StringWriter { NewLine = "\n" };
        HostText.Write(text, Host);
        var lines = text.ToString().Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ToList();

        Assert.Multiple(() =>
        {
            Assert.That(lines[0], Is.EqualTo("shop <1>: Linux 6.1.0, 4 devices, 1 container, 4 rules"));
            Assert.That(lines, Does.Contain("shop-web-1 veth1 172.18.0.2/16"));
            Assert.That(lines, Does.Contain("beyond eth0 (default route) eth0"));
            Assert.That(lines, Does.Contain("shop_default docker bridge br-1 172.18.0.0/16"));
            Assert.That(lines, Does.Contain("0.0.0.0:8080/tcp shop-web-1 shop/web 80"));
            Assert.That(lines, Does.Contain("tcp 0.0.0.0:22"));
            Assert.That(lines, Does.Contain("veth1 veth br-1"));
            Assert.That(lines, Does.Contain("default via 203.0.113.1 dev eth0"));
            Assert.That(lines, Does.Contain("iptables filter 3 4 2 1 1"));
            Assert.That(lines, Has.Some.StartsWith("-m recent both ways 1 IPv4: TCP to port 22; packets to the host iptables filter INPUT: -A INPUT"));
            Assert.That(lines, Does.Contain("settings The snapshot has no part \"settings\"."));
        });
    }

    [Test]
    public async Task The_JSON_holds_to_its_schema()
    {
        var schema = await JsonSchema.FromJsonAsync(
            (await File.ReadAllTextAsync(Path.Combine(TestContext.CurrentContext.TestDirectory, "host.schema.json")))
            .Replace("$defs", "definitions"));
        using var stream = new MemoryStream();
        HostJson.Write(stream, Host);
        var text = Encoding.UTF8.GetString(stream.ToArray());
        using var json = JsonDocument.Parse(text);

        Assert.That(schema.Validate(text), Is.Empty);
        Assert.That(schema.Validate(text.Replace("\"bothWays\"", "\"either\"")), Is.Not.Empty);
        Assert.That(json.RootElement.GetProperty("schema").GetString(), Is.EqualTo("hooktrail/host/1"));
        Assert.That(
            json.RootElement.GetProperty("topology").GetProperty("containers")[0].GetProperty("attachments")[0].GetProperty("port").GetString(),
            Is.EqualTo("veth1"));
    }

    [Test]
    public void The_picture_has_each_endpoint_and_each_bridge()
    {
        var svg = XDocument.Parse(TopologySvg.Of(Host.Topology));
        var texts = svg.Descendants().Where(one => one.Name.LocalName == "text").Select(one => one.Value).ToList();

        Assert.Multiple(() =>
        {
            Assert.That(texts, Does.Contain("shop <1>").And.Contain("internet, by eth0").And.Contain("shop_default (br-1)").And.Contain("shop-web-1"));
            Assert.That(texts, Does.Contain("172.18.0.2/16  veth1").And.Contain("0.0.0.0:8080/tcp → 80"));
            Assert.That(
                svg.Descendants().Single(one => one.Name.LocalName == "desc").Value,
                Is.EqualTo("The host leads out by eth0. shop_default (br-1) with shop-web-1."));
            Assert.That(
                svg.Descendants().Where(one => one.Name.LocalName == "rect").Select(Bottom).Max(),
                Is.LessThanOrEqualTo((int)svg.Root!.Attribute("height")!), "nothing is outside the picture");
        });

        static int Bottom(XElement box) => ((int?)box.Attribute("y") ?? 0) + (int)box.Attribute("height")!;
    }

    [Test]
    public void A_container_that_ends_while_the_host_is_read_is_none_of_the_host()
    {
        var host = HostOverview.Of(Taken.Of(
            ("docker-containers", string.Join('\n', Container("before", 0), Container("meanwhile", 7), Container("running", 8))),
            ("namespace 7", "net:[1]"), ("ended 7", ""), ("namespace 8", "net:[2]")));

        Assert.That(host.Topology.Containers.Select(one => one.Name), Is.EqualTo(new[] { "running" }));

        static string Container(string name, int process) =>
            $$"""{"id":"{{process}}","name":"/{{name}}","pid":{{process}},"mode":"bridge","ports":{},"networks":[{"network":"bridge"}]}""";
    }

    [Test]
    public void A_snapshot_of_an_engine_alone_is_shown_too()
    {
        var host = HostOverview.Of(Taken.Of((
            "docker-containers",
            "{\"id\":\"1\",\"name\":\"/web\",\"pid\":7,\"project\":\"\",\"service\":\"\",\"mode\":\"default\",\"ports\":{\"53/udp\":null,\"80/tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"80\"}]},\"networks\":[{\"network\":\"bridge\",\"address\":\"172.17.0.2\",\"length\":16},null]}")));

        Assert.That(host.Topology.Containers.Single().Attachments.Single().Addresses.Single().ToString(), Is.EqualTo("172.17.0.2/16"));
        Assert.That(host.Topology.Containers.Single().Project, Is.Null);
        Assert.That(host.Topology.Containers.Single().Exposed, Is.EqualTo(new[] { new Trails.Topologies.ExposedPort("udp", 53) }));
        Assert.That(host.Topology.Knows(Trails.Topologies.Subject.Devices), Is.False);
        Assert.That(TopologySvg.Of(host.Topology), Does.Contain("web"));
    }
}
