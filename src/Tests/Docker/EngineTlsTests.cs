using System.Net;
using Hooktrail.Docker.Engine;

namespace Hooktrail.Tests.Docker;

[CancelAfter(20_000)]
internal sealed class EngineTlsTests
{
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private readonly Certificates _ours = new();
    private readonly Certificates _others = new();

    [OneTimeTearDown]
    public void Delete()
    {
        _ours.Dispose();
        _others.Dispose();
    }

    [Test]
    public async Task A_session_goes_through_TLS_and_ends_with_its_standard_input()
    {
        await using var fake = Engine().Runs(Id, Frames.EchoAsync);
        await using var engine = await ContainerEngine.ConnectAsync(Endpoint(fake, _ours));
        await using var session = await engine.StartAsync(
            new ContainerSpec { Name = "client", Image = "hooktrail/lab", Command = ["/agent"] });

        await session.StandardInput.WriteAsync("hello\n"u8.ToArray());
        Assert.That(await session.StandardOutput.ReadAsync(), Is.EqualTo("hello"));
        await session.StandardInput.DisposeAsync();
        Assert.That(await session.StandardOutput.ReadAsync(), Is.EqualTo("bye"), "the output outlives the input");
        Assert.That(await session.WaitForExitAsync(), Is.EqualTo(1));
    }

    [Test]
    public async Task An_Engine_of_another_authority_is_not_trusted()
    {
        await using var fake = new FakeEngine(_others.Issue("engine", IPAddress.Loopback), (_, _, _, _) => true);
        await RefusesAsync(fake, _ours);
    }

    [Test]
    public async Task An_Engine_of_another_name_is_not_trusted()
    {
        await using var fake = new FakeEngine(
            _ours.Issue("engine", IPAddress.Parse("192.0.2.1")), (_, _, _, _) => true);
        await RefusesAsync(fake, _ours);
    }

    [Test]
    public async Task An_Engine_whose_certificate_has_expired_is_not_trusted()
    {
        await using var fake = new FakeEngine(
            _ours.Issue("engine", IPAddress.Loopback, daysLeft: -1), (_, _, _, _) => true);
        await RefusesAsync(fake, _ours);
    }

    [Test]
    public async Task A_client_that_the_Engine_does_not_trust_is_told()
    {
        using var client = new Certificates();
        client.Write("ca.pem", await File.ReadAllTextAsync(Path.Combine(_ours.Folder, "ca.pem")));
        await using var fake = Engine();
        await RefusesAsync(fake, client);
    }

    [Test]
    public async Task An_Engine_that_speaks_no_TLS_is_told()
    {
        await using var fake = new FakeEngine(IPAddress.Loopback);
        await RefusesAsync(fake, _ours);
    }

    [TestCase("ca.pem")]
    [TestCase("cert.pem")]
    [TestCase("key.pem")]
    public async Task Certificates_that_cannot_be_read_are_told(string file)
    {
        using var broken = new Certificates();
        broken.Write(file, "nonsense");
        Assert.That(await ErrorAsync(broken), Does.Contain($"the certificates in {broken.Folder} cannot be read ("));

        File.Delete(Path.Combine(broken.Folder, file));
        Assert.That(
            await ErrorAsync(broken),
            Does.Contain(file).And.Contain("set DOCKER_CERT_PATH to a folder with ca.pem, cert.pem and key.pem."));

        static async Task<string> ErrorAsync(Certificates certificates) =>
            (await Errors.OfAsync(
                ContainerEngine.ConnectAsync(EngineEndpoint.Parse("tcp://127.0.0.1:1", certificates.Folder))))!.Message;
    }

    private FakeEngine Engine() =>
        new(_ours.Issue("engine", IPAddress.Loopback), (_, certificate, _, _) => _ours.Issued(certificate));

    private static EngineEndpoint Endpoint(FakeEngine fake, Certificates client) =>
        EngineEndpoint.Parse(fake.Address, client.Folder);

    private static async Task RefusesAsync(FakeEngine fake, Certificates client)
    {
        var error = await Errors.OfAsync(ContainerEngine.ConnectAsync(Endpoint(fake, client)));
        TestContext.Out.WriteLine(error?.Message);
        Assert.That(
            error,
            Is.TypeOf<HooktrailException>().With.Message.StartsWith($"The TLS handshake with {fake.Address} failed (")
                .And.Message.EndsWith($"correct the certificates in {client.Folder}, or unset DOCKER_TLS_VERIFY."));
        Assert.That(fake.Asked, Is.Empty);
    }
}
