using System.Net;
using System.Net.Sockets;
using System.Text;
using Hooktrail.Docker.Engine;

namespace Hooktrail.Tests.Docker;

[CancelAfter(20_000)]
internal sealed class EngineErrorTests
{
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private static readonly ContainerSpec Client =
        new() { Name = "client", Image = "hooktrail/lab", Command = ["/agent"] };

    private static readonly NetworkSpec Lab = new() { Name = "lab", Subnets = [IPNetwork.Parse("172.30.0.0/24")] };

    [Test]
    public async Task A_socket_that_is_not_there_is_named()
    {
        var error = await Errors.OfAsync(ConnectAsync("unix:///nonexistent/docker.sock"));

        Assert.That(error, Is.TypeOf<NoEngineException>().With.Message.EqualTo(
            "No Docker Engine at /nonexistent/docker.sock: the socket does not exist; start an Engine (./specs prepare does), or set DOCKER_HOST to the address of one."));
    }

    [Test]
    public async Task A_socket_that_nobody_listens_on_is_named()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using var bound = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        bound.Bind(new UnixDomainSocketEndPoint(path));

        Assert.That(
            await Errors.OfAsync(ConnectAsync($"unix://{path}")),
            Is.TypeOf<NoEngineException>().With.Message.StartsWith(
                $"No Docker Engine answers at unix://{path}: the connection was refused;"));
    }

    [Test]
    public async Task A_port_that_nobody_listens_on_is_named()
    {
        int port;
        using (var socket = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        }

        Assert.That(
            await Errors.OfAsync(ConnectAsync($"tcp://127.0.0.1:{port}")),
            Is.TypeOf<NoEngineException>().With.Message.StartsWith(
                $"No Docker Engine answers at tcp://127.0.0.1:{port}: the connection was refused;"));
    }

    [Test]
    public void A_socket_without_the_right_to_it_names_the_group_and_sudo()
    {
        var error = EngineErrors.Unreachable(
            EngineEndpoint.Parse("unix:///run/docker.sock"),
            new HttpRequestException(null, new SocketException((int)SocketError.AccessDenied)));

        Assert.That(error, Is.TypeOf<HooktrailException>().With.Message.EqualTo(
            "This user has no permission for the Docker socket /run/docker.sock: add the user to the group docker and log in again, or run with sudo."));
    }

    [Test]
    public async Task An_old_Engine_is_told_with_its_version()
    {
        await using var fake = new FakeEngine().Answers(
            "GET /version", 200, """{"Version":"18.09.1","ApiVersion":"1.39"}""");

        Assert.That(await Errors.OfAsync(fake.ConnectAsync()), Is.TypeOf<HooktrailException>().With.Message.EqualTo(
            $"The Docker Engine 18.09.1 at {fake.Endpoint} is too old: it supports API 1.39, but Hooktrail needs at least 1.41 (Docker 20.10); upgrade the Engine."));
    }

    [Test]
    public async Task An_Engine_that_dropped_all_known_versions_is_told()
    {
        await using var fake = new FakeEngine().Answers(
            "GET /version", 200, """{"Version":"40.1","ApiVersion":"1.90","MinAPIVersion":"1.70"}""");

        Assert.That(
            await Errors.OfAsync(fake.ConnectAsync()),
            Is.TypeOf<HooktrailException>().With.Message.Contains("requires API 1.70 or newer"));
    }

    [TestCase(
        "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
        "refused to give its version: it requires TLS; set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH")]
    [TestCase("HTTP/1.1 403 No\r\nConnection: close\r\n\r\n{\"message\":\"not for you\"}", "refused to give its version: not for you.")]
    [TestCase("", "broke during the request to give its version (it was closed without an answer)")]
    public async Task An_Engine_that_gives_no_version_says_why(string answer, string why)
    {
        await using var fake = new FakeEngine().Does("GET /version", stream => FakeEngine.WriteAsync(stream, answer));

        Assert.That(
            await Errors.OfAsync(fake.ConnectAsync()), Is.TypeOf<HooktrailException>().With.Message.Contains(why));
    }

    [Test]
    public async Task A_connection_that_breaks_says_what_was_asked()
    {
        await using var fake = new FakeEngine().Does("GET /networks/lab", _ => Task.CompletedTask);
        await using var engine = await fake.ConnectAsync();

        Assert.That(
            await Errors.OfAsync(engine.InspectNetworkAsync("lab")),
            Is.TypeOf<HooktrailException>().With.Message.Contains("broke during the request to show the network lab"));
    }

    [TestCase(403, "Pool overlaps with other one on this address space", "another network uses the subnet")]
    [TestCase(400, "invalid pool request: Pool overlaps with other one on this address space", "another network uses the subnet")]
    [TestCase(500, "all predefined address pools have been fully subnetted", "its address pools have no free subnet")]
    [TestCase(404, "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network", "its address pools have no free subnet")]
    [TestCase(409, "network with name lab already exists", "a network with that name already exists")]
    [TestCase(403, "cannot create network 1 (br): conflicts with network 2 (br): networks have same bridge name", "another network uses the bridge device")]
    public async Task A_refused_network_is_told_with_the_reason(int status, string said, string reason)
    {
        await using var fake = new FakeEngine().Refuses("POST /networks/create", status, said);
        await using var engine = await fake.ConnectAsync();

        Assert.That(await Errors.OfAsync(engine.CreateNetworkAsync(Lab)), Is.TypeOf<HooktrailException>().With.Message
            .StartsWith($"The Docker Engine refused to create the network lab on 172.30.0.0/24: {reason}")
            .And.Message.Contains(said));
    }

    [TestCase(404, "No such image: hooktrail/lab:latest", "the image is missing; run ./specs prepare to build it")]
    [TestCase(409, "Conflict. The container name \"/client\" is already in use by container \"1\".", "a container with that name already exists")]
    [TestCase(400, "invalid mount config for type \"bind\": bind source path does not exist: /x", "the host has no such path")]
    [TestCase(500, "something nobody has seen before.", "something nobody has seen before.")]
    public async Task A_refused_container_is_told_with_the_reason(int status, string said, string reason)
    {
        await using var fake = new FakeEngine().Refuses("POST /containers/create", status, said);
        await using var engine = await fake.ConnectAsync();

        Assert.That(await Errors.OfAsync(engine.StartAsync(Client)), Is.InstanceOf<HooktrailException>().With.Message
            .StartsWith(
                $"The Docker Engine refused to start the container client from the image hooktrail/lab: {reason}"));
    }

    [TestCase("OCI runtime create failed: unable to apply caps: operation not permitted", "the host does not grant a capability")]
    [TestCase("driver failed programming external connectivity: Bind for 0.0.0.0:80 failed: port is already allocated", "a port that it needs is in use")]
    [TestCase("error gathering device information while adding custom device \"/dev/kmsg\": no such file or directory", "the host has no such device")]
    public async Task A_container_that_cannot_start_is_removed_and_told_with_the_reason(string said, string reason)
    {
        await using var fake = Created().Refuses($"POST /containers/{Id}/start", 500, said);
        await using var engine = await fake.ConnectAsync();

        Assert.That(
            await Errors.OfAsync(engine.StartAsync(Client)),
            Is.TypeOf<HooktrailException>().With.Message.Contains(reason));
        Assert.That(fake.Asked, Does.Contain($"DELETE /v1.41/containers/{Id}?v=1&force=1"));
    }

    [Test]
    public async Task A_container_that_cannot_be_attached_to_is_removed()
    {
        await using var fake = Created().Refuses($"POST /containers/{Id}/attach", 409, "no");
        await using var engine = await fake.ConnectAsync();

        Assert.That(
            await Errors.OfAsync(engine.StartAsync(Client)),
            Is.TypeOf<HooktrailException>().With.Message.EqualTo(
                "The Docker Engine refused to attach to the container client: no."));
        Assert.That(fake.Asked, Does.Contain($"DELETE /v1.41/containers/{Id}?v=1&force=1").And.None.Contains("/start"));
    }

    [Test]
    public async Task A_container_that_ended_at_once_is_told_with_its_last_output()
    {
        await using var fake = Created();
        await using var engine = await fake.ConnectAsync();

        Assert.That(
            await Errors.OfAsync(engine.StartAsync(Client)), Is.TypeOf<HooktrailException>().With.Message.EqualTo(
                "The container client ended unexpectedly with exit code 1: its last output was «no right»."));
    }

    [Test]
    public async Task The_session_is_attached_before_the_start_and_its_end_awaited_with_it()
    {
        var awaited = new TaskCompletionSource();
        await using var fake = Created().Does("GET /events", stream =>
        {
            awaited.SetResult();
            return Task.CompletedTask;
        });
        fake.Does($"POST /containers/{Id}/start", async stream =>
        {
            await awaited.Task;
            await FakeEngine.WriteAsync(stream, "HTTP/1.1 500 No\r\nConnection: close\r\n\r\n");
        });
        await using var engine = await fake.ConnectAsync();
        await Errors.OfAsync(engine.StartAsync(Client));

        Assert.That(
            fake.Asked.Where(asked => asked.StartsWith("POST", StringComparison.Ordinal))
                .Select(asked => asked.Split('?')[0]),
            Is.EqualTo(new[]
            {
                "POST /v1.41/containers/create",
                $"POST /v1.41/containers/{Id}/attach",
                $"POST /v1.41/containers/{Id}/start"
            }));
    }

    [Test]
    public async Task A_start_that_is_cancelled_leaves_no_container()
    {
        using var cancel = new CancellationTokenSource();
        await using var fake = Created().Does("POST /containers/create", async stream =>
        {
            await cancel.CancelAsync();
            await FakeEngine.WriteAsync(stream, $"HTTP/1.1 201 Made\r\nConnection: close\r\n\r\n{{\"Id\":\"{Id}\"}}");
        });
        await using var engine = await fake.ConnectAsync();

        Assert.That(
            async () => await engine.StartAsync(Client, cancel.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(fake.Asked, Does.Contain($"DELETE /v1.41/containers/{Id}?v=1&force=1").And.None.Contains("/start"));
    }

    [TestCase(404, "No such container: 0123")]
    [TestCase(409, "container is marked for removal and cannot be started")]
    public async Task A_container_that_another_program_removes_before_it_runs_is_told(int status, string said)
    {
        await using var fake = Created().Refuses($"POST /containers/{Id}/start", status, said);
        await using var engine = await fake.ConnectAsync();

        Assert.That(
            await Errors.OfAsync(engine.StartAsync(Client)),
            Is.TypeOf<ContainerRemovedException>().With.Message.Contains(
                "another program has removed the container; run again"));
    }

    [Test]
    public async Task What_is_gone_already_is_removed_without_complaint()
    {
        await using var fake = new FakeEngine()
            .Refuses("DELETE /containers/client", 404, "No such container: client")
            .Refuses("DELETE /containers/server", 409, "removal of container server is already in progress")
            .Refuses("DELETE /networks/lab", 404, "network lab not found");
        await using var engine = await fake.ConnectAsync();

        Assert.That(async () => await engine.RemoveContainerAsync("client"), Throws.Nothing);
        Assert.That(async () => await engine.RemoveContainerAsync("server"), Throws.Nothing);
        Assert.That(async () => await engine.RemoveNetworkAsync("lab"), Throws.Nothing);
    }

    /// <summary>Its container's process says «no right» and ends with exit code 1.</summary>
    private static FakeEngine Created() =>
        new FakeEngine().Runs(
            Id, async stream => await stream.WriteAsync(Frames.Of(2, Encoding.UTF8.GetBytes("no right\n"))));

    private static async Task ConnectAsync(string endpoint) =>
        await ContainerEngine.ConnectAsync(EngineEndpoint.Parse(endpoint));
}
