using System.Net;
using System.Text.Json;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Hosts.Reading;

/// <summary>Reads what Docker and podman tell of their containers and networks.</summary>
internal sealed class EngineReader(Snapshot snapshot, ImmutableArray<Device> devices)
{
    private static readonly ImmutableArray<string> Engines = ["docker", "podman"];

    public ImmutableArray<Container> Containers() =>
    [
        .. from engine in Engines
           let all = Json.Objects(snapshot.Find($"{engine}-containers")).ToList()
           from one in all
           where one.Text("name") is not null && !HasEnded(one)
           select Of(one, engine, all),
    ];

    // Before the engine told of it, or while its namespace was read.
    private bool HasEnded(JsonElement one) =>
        one.Number("pid") is { } process && (process == 0 || snapshot.Find($"ended {process}") is not null);

    public ImmutableArray<EngineNetwork> Networks() =>
    [
        .. from engine in Engines
           from one in Json.Objects(snapshot.Find($"{engine}-networks"))
           let name = one.Text("name")
           where name is not null
           select Network(one, name, engine),
    ];

    private static EngineNetwork Network(JsonElement one, string name, string engine)
    {
        var driver = one.Text("driver") ?? "bridge";
        var options = one.Member("options") ?? default;
        return new(name, engine, driver)
        {
            // moby names a bridge after the network's id (libnetwork/drivers/bridge/bridge_linux.go,
            // parseNetworkOptions).
            Device = options.Text("com.docker.network.bridge.name") ?? one.Text("device")
                ?? (driver == "bridge" && one.Text("id") is { Length: >= 12 } id
                    ? $"br-{id[..12]}"
                    : options.Text("parent")),
            IsInternal = one.IsOn("internal"),
            Subnets =
            [
                .. from subnet in one.Each("subnets")
                   let text = subnet.Text("Subnet") ?? subnet.Text("subnet")
                   where text is not null && AddressPrefix.TryParse(text, IpVersion.V4, out _)
                   select Prefix(text),
            ],
        };
    }

    private static AddressPrefix Prefix(string text)
    {
        AddressPrefix.TryParse(text, IpVersion.V4, out var prefix);
        return prefix;
    }

    private Container Of(JsonElement one, string engine, List<JsonElement> all)
    {
        var process = (one.Number("pid") ?? 0).ToString(CultureInfo.InvariantCulture);
        var links = Json.Objects(Succeeded($"links {process}")).ToList();
        var isHosted = one.Text("mode") == "host";
        var sharer = links.Count == 0 ? Sharer(one, process, all) : default;
        return new(NameOf(one), engine)
        {
            Project = NotEmpty(one, "project"),
            Service = NotEmpty(one, "service"),
            IsHosted = isHosted,
            SharesWith = sharer.ValueKind == JsonValueKind.Object ? NameOf(sharer) : null,
            // The devices of a container in the host's namespace are the host's.
            Attachments = links.Count > 0 ? Attached(links) : isHosted ? [] : Told(one),
            Routes =
            [
                .. RouteReader.Routes(Json.Objects(Succeeded($"routes {process}")), IpVersion.V4),
                .. RouteReader.Routes(Json.Objects(Succeeded($"routes6 {process}")), IpVersion.V6),
            ],
            Rules = RouteReader.Rules(Json.Objects(Succeeded($"rules {process}")), IpVersion.V4),
            Rules6 = RouteReader.Rules(Json.Objects(Succeeded($"rules6 {process}")), IpVersion.V6),
            Listening = SocketReader.Of(snapshot.Lines($"listening {process}")),
            Published = [.. Published(one)],
            Exposed = [.. Exposed(one)],
        };
    }

    // Of containers that share a namespace, the first has what is in it.
    private JsonElement Sharer(JsonElement one, string process, List<JsonElement> all)
    {
        var own = snapshot.Lines($"namespace {process}");
        return own.IsEmpty ? default : all.Find(other =>
            other.Text("name") != one.Text("name")
            && snapshot.Lines($"namespace {other.Number("pid")}").SequenceEqual(own)
            && snapshot.Find($"links {other.Number("pid")}") is not null);
    }

    private SnapshotPart? Succeeded(string name) => snapshot.Find(name) is { Succeeded: true } part ? part : null;

    private static string? NotEmpty(JsonElement one, string name) =>
        one.Text(name) is { Length: > 0 } text ? text : null;

    private static string NameOf(JsonElement one) => one.Text("name")!.TrimStart('/');

    private ImmutableArray<Attachment> Attached(List<JsonElement> links) =>
    [
        .. from link in links
           where link.Text("link_type") != "loopback" && link.Text("ifname") is not null
           select new Attachment(link.Text("ifname")!, DeviceReader.Addresses(link))
           {
               Port = PortOf(link.Number("link_index"), link.Number("ifindex")),
               Mac = DeviceReader.Mac(link),
           },
    ];

    // Both ends name each other, so that a number that two namespaces share leads to no wrong port. A macvlan or ipvlan
    // names the device on which it is, which is no port: others are beyond it too.
    private string? PortOf(int? peer, int? own) => devices.FirstOrDefault(
        device => device.Kind == DeviceKind.Veth && device.Index == peer && device.PeerIndex == own)?.Name;

    // Without the right to enter the namespace, the engine's own words.
    private static ImmutableArray<Attachment> Told(JsonElement one) =>
    [
        .. from told in one.Each("networks")
           let network = told.Text("network")
           where network is not null
           select new Attachment(
               "", [.. ToldAddress(told, "address", "length"), .. ToldAddress(told, "address6", "length6")])
           {
               Network = network,
               Mac = NotEmpty(told, "mac"),
           },
    ];

    private static IEnumerable<HostAddress> ToldAddress(JsonElement told, string address, string length) =>
        HostAddress.Parse(string.Create(
            CultureInfo.InvariantCulture, $"{told.Text(address)}/{told.Number(length) ?? 0}")) is { } found
                ? [found]
                : [];

    // «"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}]»; null for a port that is exposed and not published.
    private static IEnumerable<Publication> Published(JsonElement one) =>
        from port in one.Members("ports")
        let words = port.Name.Split('/')
        where words.Length == 2 && port.Value.ValueKind == JsonValueKind.Array
        from binding in port.Value.EnumerateArray()
        let address = NotEmpty(binding, "HostIp") ?? "0.0.0.0"
        let onHost = Number(binding.Text("HostPort"))
        let within = Number(words[0])
        where IPAddress.TryParse(address, out _) && onHost is not null && within is not null
        select new Publication(IPAddress.Parse(address), onHost.Value, words[1], within.Value);

    private static IEnumerable<ExposedPort> Exposed(JsonElement one) =>
        from port in one.Members("ports")
        let words = port.Name.Split('/')
        where words.Length == 2 && port.Value.ValueKind == JsonValueKind.Null
        let within = Number(words[0])
        where within is not null
        select new ExposedPort(words[1], within.Value);

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= ushort.MaxValue
            ? number
            : null;
}
