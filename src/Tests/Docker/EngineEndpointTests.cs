using Hooktrail.Docker.Engine;
using Hooktrail.Trails;
using NUnit.Framework;

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
        Assert.That(() => From(host), Throws.TypeOf<HooktrailException>().With.Message.Contains(host).And.Message.Contains(why));

    [Test]
    public void A_path_longer_than_the_kernel_allows_is_told() =>
        Assert.That(
            () => From("unix:///" + new string('x', 110)),
            Throws.TypeOf<HooktrailException>().With.Message.Contains("longer than the kernel allows (107 bytes)"));

    [Test]
    public void TLS_is_refused_rather_than_left_out_in_silence() =>
        Assert.That(
            () => EngineEndpoint.FromEnvironment(name => name == "DOCKER_HOST" ? "tcp://machine:2376" : "1"),
            Throws.TypeOf<HooktrailException>().With.Message.Contains("TLS, which is not supported"));

    private static EngineEndpoint From(string? host) => EngineEndpoint.FromEnvironment(name => name == "DOCKER_HOST" ? host : null);
}
