using System.Net;
using Hooktrail.Docker.Engine;

namespace Hooktrail.Tests.Docker;

[CancelAfter(20_000)]
internal sealed class EngineReleaseTests
{
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [TestCase("20.10.24", "1.41", "1.12", "1.41")]
    [TestCase("23.0.6", "1.42", "1.12", "1.42")]
    [TestCase("24.0.9", "1.43", "1.12", "1.43")]
    [TestCase("25.0.5", "1.44", "1.24", "1.44")]
    [TestCase("28.2.2", "1.50", "1.24", "1.44")]
    [TestCase("29.0.0", "1.52", "1.44", "1.44")]
    [TestCase("29.7.0", "1.55", "1.40", "1.44")]
    public async Task The_newest_API_that_both_speak_is_used(
        string release, string newest, string oldest, string spoken)
    {
        await using var fake = new FakeEngine()
            .Speaks(release, newest, oldest)
            .Answers("GET /info", 200, """{"SecurityOptions":["name=seccomp,profile=default","name=rootless"]}""")
            .Answers("POST /networks/create", 201, $$"""{"Id":"{{Id}}"}""")
            .Answers("GET /networks/lab", 200, $$"""{"Id":"{{Id}}","Name":"lab"}""")
            .Answers($"GET /networks/{Id}", 200, $$"""{"Id":"{{Id}}","Name":"lab"}""")
            .Answers("GET /containers/json", 200, "[]")
            .Runs(Id, Frames.EchoAsync);
        await using var engine = await fake.ConnectAsync();

        var info = await engine.DescribeAsync();
        Assert.That(info.ApiVersion, Is.EqualTo(Version.Parse(spoken)));
        Assert.That(info.SecurityFeatures, Is.EqualTo(new[] { "seccomp", "rootless" }));
        Assert.That(info.IsRootless);

        var network = await engine.CreateNetworkAsync(
            new() { Name = "lab", Subnets = [IPNetwork.Parse("172.30.0.0/24")], Internal = true });
        Assert.That(network.Id, Is.EqualTo(Id));
        Assert.That(fake.BodyOf("POST /networks/create"), Does.Contain("\"Internal\":true")
            .And.Contain("\"Subnet\":\"172.30.0.0/24\",")
            .And.Contain("\"Gateway\":\"172.30.0.1\""));

        await using (var session = await engine.StartAsync(
            new ContainerSpec { Name = "client", Image = "hooktrail/lab", Command = ["/agent"] }))
        {
            await session.StandardInput.WriteAsync("hello\n"u8.ToArray());
            Assert.That(await session.StandardOutput.ReadAsync(), Is.EqualTo("hello"));
            Assert.That((session.ProcessId, session.Address), Is.EqualTo((42, IPAddress.Parse("198.18.0.2"))));
        }

        Assert.That(await engine.FindContainersAsync("x"), Is.Empty);
        Assert.That(fake.Asked.Except(["GET /version"]).Where(asked => !asked.Contains($" /v{spoken}/")), Is.Empty);
    }

    [Test]
    public async Task Nothing_is_asked_of_a_registry_and_nothing_else_is_started()
    {
        await using var fake = new FakeEngine()
            .Refuses("GET /images/hooktrail/lab:latest/json", 404, "No such image")
            .Runs(Id, Frames.EchoAsync);
        await using var engine = await fake.ConnectAsync();
        await (await engine.StartAsync(
            new ContainerSpec { Name = "client", Image = "hooktrail/lab", Command = ["/agent"] })).DisposeAsync();

        Assert.That(fake.Asked, Has.None.Contains("/images/create"));
        Assert.That(fake.Asked, Has.Exactly(1).Contains("/containers/create"));
        Assert.That(
            fake.BodyOf("POST /containers/create"),
            Does.Contain("\"Image\":\"hooktrail/lab").And.Contain("\"AutoRemove\":true"));
    }
}
