using Hooktrail.Docker.Engine;

namespace Hooktrail.Tests.Docker;

internal sealed class EngineEndpointTests
{
    [TestCase(null, "unix:///var/run/docker.sock")]
    [TestCase("", "unix:///var/run/docker.sock")]
    [TestCase("unix:///run/user/1000/docker.sock", "unix:///run/user/1000/docker.sock")]
    [TestCase("tcp://127.0.0.1:2375", "tcp://127.0.0.1:2375")]
    public void DOCKER_HOST_names_it_or_else_it_is_the_local_socket(string? host, string expected) =>
        Assert.That(From(host).ToString(), Is.EqualTo(expected));

    [Test]
    public void The_path_of_a_socket_is_known_and_a_port_has_none()
    {
        Assert.That(EngineEndpoint.Parse("unix:///run/a%20b.sock").SocketPath, Is.EqualTo("/run/a b.sock"));
        Assert.That(EngineEndpoint.Parse("tcp://[::1]:2375").SocketPath, Is.Null);
    }

    [TestCase("ssh://root@machine", "is not supported (ssh)")]
    [TestCase("npipe:////./pipe/docker_engine", "is not supported (npipe)")]
    [TestCase("/var/run/docker.sock", "is not understood: set DOCKER_HOST to unix:///path or tcp://host:port.")]
    [TestCase("unix://relative/docker.sock", "is not understood")]
    [TestCase("unix://", "is not understood")]
    [TestCase("localhost:2375", "is not understood")]
    [TestCase("tcp://", "is not understood")]
    [TestCase("what is this", "is not understood")]
    public void What_cannot_be_spoken_to_is_told_in_one_sentence(string host, string why) =>
        Assert.That(
            () => From(host),
            Throws.TypeOf<HooktrailException>().With.Message.Contains(host).And.Message.Contains(why));

    [Test]
    public void A_path_longer_than_the_kernel_allows_is_told() =>
        Assert.That(
            () => From("unix:///" + new string('x', 110)),
            Throws.TypeOf<HooktrailException>().With.Message.Contains("longer than the kernel allows (107 bytes)"));

    [TestCase("tcp://machine", null, "tcp://machine:2375/")]
    [TestCase("tcp://machine", "1", "tcp://machine:2376/")]
    [TestCase("tcp://[2001:db8::1]:99", "1", "tcp://[2001:db8::1]:99/")]
    public void A_port_that_is_not_named_is_that_of_Docker(string host, string? verify, string expected) =>
        Assert.That(From(("DOCKER_HOST", host), ("DOCKER_TLS_VERIFY", verify)).Uri.ToString(), Is.EqualTo(expected));

    [TestCase("tcp://machine", null, "/certificates", null)]
    [TestCase("tcp://machine", "1", "/certificates", "/certificates")]
    [TestCase("tcp://machine", "1", null, "/config")]
    [TestCase("unix:///run/docker.sock", "1", "/certificates", null)]
    public void DOCKER_TLS_VERIFY_asks_for_TLS_with_the_certificates_of_DOCKER_CERT_PATH(
        string host, string? verify, string? path, string? expected) =>
        Assert.That(
            From(
                ("DOCKER_HOST", host),
                ("DOCKER_TLS_VERIFY", verify),
                ("DOCKER_CERT_PATH", path),
                ("DOCKER_CONFIG", "/config")).Certificates,
            Is.EqualTo(expected));

    [Test]
    public void A_Docker_context_names_it_where_DOCKER_HOST_does_not()
    {
        using var folder = new DockerFolder("""{"currentContext":"there"}""");
        folder.AddContext("there", "tcp://192.0.2.1:2375");
        folder.AddContext("far", "ssh://root@machine");

        Assert.That(From(("DOCKER_CONFIG", folder.Path)).ToString(), Is.EqualTo("tcp://192.0.2.1:2375"));
        Assert.That(
            From(("DOCKER_CONFIG", folder.Path), ("DOCKER_HOST", "unix:///x")).ToString(), Is.EqualTo("unix:///x"));
        Assert.That(From(("DOCKER_CONFIG", folder.Path), ("DOCKER_CONTEXT", "default")).IsDefault);
        Assert.That(
            () => From(("DOCKER_CONFIG", folder.Path), ("DOCKER_CONTEXT", "far")),
            Throws.TypeOf<HooktrailException>().With.Message.Contains("ssh://root@machine is not supported (ssh)"));
    }

    [TestCase("{", null, "LineNumber: 0")]
    [TestCase("{}", "nowhere", "The Docker context 'nowhere' does not exist")]
    [TestCase("""{"currentContext":"nowhere"}""", null, "The Docker context 'nowhere' does not exist")]
    public void A_context_that_cannot_be_read_is_told(string config, string? context, string why)
    {
        using var folder = new DockerFolder(config);

        Assert.That(
            () => From(("DOCKER_CONFIG", folder.Path), ("DOCKER_CONTEXT", context)),
            Throws.TypeOf<HooktrailException>().With.Message.StartsWith(
                $"The Docker configuration {folder.Path}/config.json does not contain a valid Engine address (")
                .And.Message.Contains(why).And.Message.Contains("set DOCKER_HOST"));
        Assert.That(
            From(("DOCKER_CONFIG", folder.Path), ("DOCKER_CONTEXT", context), ("DOCKER_HOST", "unix:///x")).ToString(),
            Is.EqualTo("unix:///x"));
    }

    private static EngineEndpoint From(string? host) => From(("DOCKER_HOST", host), ("DOCKER_CONFIG", "/nonexistent"));

    private static EngineEndpoint From(params (string Name, string? Value)[] environment) =>
        EngineEndpoint.FromEnvironment(name => environment.FirstOrDefault(variable => variable.Name == name).Value);
}
