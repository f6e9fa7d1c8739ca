using System.Net;
using System.Text;
using Hooktrail.Records;
using Hooktrail.Trails.Topologies;
using NJsonSchema;

namespace Hooktrail.Tests.Hosts;

public class TopologyJsonTests
{
    private static readonly Topology All = new()
    {
        Name = "shop",
        Devices =
        [
            new("br0", DeviceKind.Bridge)
            {
                Index = 3, Mac = "02:00:00:00:00:01", Addresses = [HostAddress.Parse("10.1.0.1/24")!],
                FiltersVlans = true, Vlans = [new(1, 4, true)], Calls = new(true),
            },
            new("a", DeviceKind.Veth)
            {
                Master = "br0", PeerIndex = 7, Port = new(true, false), IsUp = false,
                Settings = new()
                {
                    RpFilter = 2, HasIpv6 = false, ArpIgnore = 8, ArpFilter = true, ProxyArpPvlan = true, MediumId = -1,
                },
            },
        ],
        Routes =
        [
            new("main", AddressPrefix.All(IpVersion.V6), RouteKind.Unicast)
            {
                NextHops = [new("br0", IPAddress.Parse("fd00::1"), 2), new("a")], Metric = 5_000_000_000,
                PreferredSource = IPAddress.Parse("fd00::2"),
            },
            new("100", AddressPrefix.Around(IPAddress.Parse("10.8.0.0"), 16), RouteKind.Blackhole),
        ],
        Rules = [new(5, "from all fwmark 0x10 lookup 100") { Mark = 16, Table = "100", From = AddressPrefix.All(IpVersion.V4) }],
        Neighbours = [new(IPAddress.Parse("10.1.0.2"), "br0", "02:00:00:00:00:02")],
        Proxies = [new(IPAddress.Parse("10.8.0.2"), "br0"), new(IPAddress.Parse("10.8.0.3"))],
        Forwarding = [new("02:00:00:00:00:02", "a", 5)],
        Listening = [new("tcp", IPAddress.IPv6Any, 80)],
        Networks = [new("shop_default", "docker", "bridge") { Device = "br0", Subnets = [AddressPrefix.Around(IPAddress.Parse("10.1.0.0"), 24)] }],
        Containers =
        [
            new("shop-web-1", "docker")
            {
                Project = "shop", Service = "web",
                Attachments = [new("eth0", [HostAddress.Parse("10.1.0.2/24")!]) { Port = "a", Mac = "02:00:00:00:00:02" }],
                Published = [new(IPAddress.Any, 8080, "tcp", 80)], Exposed = [new("udp", 53)],
            },
        ],
        NotKnown = [new(Subject.HookOrder, "\"nft list hooks\" failed."), new(Subject.Proxies, "No part.")],
    };

    [Test]
    public void What_is_written_is_read_again() => Assert.That(Written(Read(Written(All))), Is.EqualTo(Written(All)));

    [Test]
    public async Task It_holds_to_the_schema()
    {
        var schema = await JsonSchema.FromJsonAsync(
            (await File.ReadAllTextAsync(
                Path.Combine(TestContext.CurrentContext.TestDirectory, "topology.schema.json")))
            .Replace("$defs", "definitions"));

        Assert.That(schema.Validate(Written(All)), Is.Empty);
        Assert.That(schema.Validate(Written(new())), Is.Empty);
        Assert.That(schema.Validate(Written(All).Replace("\"master\"", "\"chief\"")), Is.Not.Empty);
        Assert.That(schema.Validate(Written(All).Replace("\"veth\"", "\"cable\"")), Is.Not.Empty);
    }

    [TestCase("", "the file is no topology: the mistake is at $, line 1")]
    [TestCase("null", "the file is no topology: it is empty")]
    [TestCase("{\"schema\":\"hooktrail/topology/9\",\"topology\":{}}", "the file is no topology: its schema is not \"hooktrail/topology/1\"")]
    [TestCase("{\"schema\":\"hooktrail/topology/1\",\"topology\":{\"devices\":[{\"name\":\"a\"}]}}", "the file is no topology: the mistake is at $.topology.devices[0]")]
    [TestCase("{\"schema\":\"hooktrail/topology/1\",\"topology\":{\"devices\":[{\"name\":\"a\",\"kind\":\"cable\"}]}}", "the file is no topology: the mistake is at $.topology.devices[0].kind")]
    [TestCase("{\"schema\":\"hooktrail/topology/1\",\"topology\":{\"devices\":null}}", "the file is no topology: the mistake is at $.topology.devices")]
    [TestCase("{\"schema\":\"hooktrail/topology/1\",\"topology\":{\"routes\":[{\"table\":\"main\",\"destination\":\"10.0.0.0/99\",\"kind\":\"unicast\"}]}}", "the file is no topology: the mistake is at $.topology.routes[0].destination")]
    public void What_is_no_topology_gets_a_sentence(string text, string sentence) => Assert.That(
        () => Read(text),
        Throws.TypeOf<HooktrailException>().With.Message.StartsWith(sentence).And.Message.EndsWith(
            "; see schema/topology.schema.json, or write the file again."));

    private static Topology Read(string text) =>
        TopologyJson.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "the file");

    private static string Written(Topology topology)
    {
        using var stream = new MemoryStream();
        TopologyJson.Write(stream, topology);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
