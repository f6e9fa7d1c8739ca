using System.Diagnostics;

namespace Hooktrail.Tests.Docker;

[CancelAfter(60_000)]
internal sealed class UserSettingsTests
{
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private DirectoryInfo _home = null!;
    private FakeEngine _fake = null!;

    [SetUp]
    public void MakeHome()
    {
        _home = Directory.CreateTempSubdirectory("hooktrail-");
        _home.CreateSubdirectory(".docker");
        _fake = new FakeEngine()
            .Answers("GET /images/hooktrail/lab:1/json", 200, """{"Id":"sha256:0"}""")
            .Answers("POST /networks/create", 201, $$"""{"Id":"{{Id}}"}""")
            .Answers("GET /networks/lab", 200, $$"""{"Id":"{{Id}}","Name":"lab"}""")
            .Answers($"GET /networks/{Id}", 200, $$"""{"Id":"{{Id}}","Name":"lab"}""")
            .Runs(Id, Frames.EchoAsync);
    }

    [TearDown]
    public async Task RemoveHome()
    {
        await _fake.DisposeAsync();
        _home.Delete(recursive: true);
    }

    [Test]
    public async Task No_setting_of_the_environment_counts(CancellationToken cancel)
    {
        Write(
            ".docker/config.json",
            """{"credsStore":"no-such-helper","credHelpers":{"docker.io":"no-such-helper"},"auths":{"docker.io":{"auth":"?"}}}""");
        await StartsAsync(
            cancel,
            ("TESTCONTAINERS_HOST_OVERRIDE", "192.0.2.1"),
            ("TESTCONTAINERS_DOCKER_SOCKET_OVERRIDE", "/nonexistent"),
            ("TESTCONTAINERS_HUB_IMAGE_NAME_PREFIX", "registry.example/proxy"),
            ("TESTCONTAINERS_RYUK_DISABLED", "false"),
            ("TESTCONTAINERS_RYUK_CONTAINER_IMAGE", "registry.example/ryuk"),
            ("TESTCONTAINERS_WAIT_STRATEGY_TIMEOUT", "00:00:00.001"),
            ("TESTCONTAINERS_WAIT_STRATEGY_RETRIES", "1"),
            ("DOCKER_API_VERSION", "1.99"),
            ("DOCKER_AUTH_CONFIG", "nonsense"),
            ("DOCKER_DOTNET_NATIVE_HTTP_ENABLED", "1"),
            ("HTTP_PROXY", "http://127.0.0.1:9"),
            ("ALL_PROXY", "http://127.0.0.1:9"));
    }

    [Test]
    public async Task No_setting_of_the_properties_file_counts(CancellationToken cancel)
    {
        Write(
            ".testcontainers.properties",
            """
            # of another program
            tc.host=tcp://127.0.0.1:9
            docker.host=tcp://127.0.0.1:9
            docker.context=nowhere
            docker.tls.verify=1
            docker.cert.path=/nonexistent
            docker.api.version=1.99
            host.override=192.0.2.1
            hub.image.name.prefix=registry.example/proxy
            ryuk.disabled=false
            ryuk.container.image=registry.example/ryuk
            wait.strategy.timeout=00:00:00.001
            """);
        await StartsAsync(cancel);
    }

    [Test]
    public async Task A_broken_Docker_configuration_is_not_read_where_DOCKER_HOST_is_set(CancellationToken cancel)
    {
        Write(".docker/config.json", "{");
        await StartsAsync(cancel);
    }

    [Test]
    public async Task A_context_leads_to_its_Engine(CancellationToken cancel)
    {
        using var folder = new DockerFolder("""{"currentContext":"there"}""");
        folder.AddContext("there", _fake.Address);
        await StartsAsync(cancel, ("DOCKER_HOST", null), ("DOCKER_CONFIG", folder.Path));
    }

    [TestCase("ryuk.disabled=true\nryuk.disabled=true", "An item with the same key has already been added. Key: ryuk.disabled")]
    [TestCase("docker.host=ssh://root@machine\ndocker.tls.verify=1", "Docker endpoints using SSH are not supported.")]
    public async Task A_properties_file_that_Testcontainers_cannot_take_is_told(
        string text, string why, CancellationToken cancel)
    {
        Write(".testcontainers.properties", text);
        var (code, output) = await RunAsync(cancel);

        Assert.That(output, Does.StartWith($"Testcontainers cannot start with this user's settings ({why}")
            .And.EndsWith("): correct ~/.testcontainers.properties and ~/.docker/config.json."));
        Assert.That(code, Is.EqualTo(2));
        Assert.That(_fake.Asked, Has.None.Contains("POST"));
    }

    private async Task StartsAsync(CancellationToken cancel, params (string Name, string? Value)[] environment)
    {
        Assert.That(await RunAsync(cancel, environment), Is.EqualTo((0, "")));
        Assert.That(
            _fake.Asked.Where(asked => !asked.StartsWith("GET", StringComparison.Ordinal))
                .Select(asked => asked.Split('?')[0]),
            Is.EqualTo(new[]
            {
                "POST /v1.41/containers/create",
                $"POST /v1.41/containers/{Id}/attach",
                $"POST /v1.41/containers/{Id}/start",
                "POST /v1.41/networks/create",
            }));
        Assert.That(_fake.BodyOf("POST /containers/create"), Does.Contain("\"Image\":\"hooktrail/lab:1\""));
    }

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(_home.FullName, file), text);

    private async Task<(int Code, string Output)> RunAsync(
        CancellationToken cancel, params (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(OneContainer).Assembly.Location])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        foreach (var name in start.Environment.Keys.Where(
            name => name.StartsWith("DOCKER_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment.Prepend(("DOCKER_HOST", _fake.Address)).Prepend(
            ("HOME", _home.FullName)))
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, error) =
            (process.StandardOutput.ReadToEndAsync(cancel), process.StandardError.ReadToEndAsync(cancel));
        await process.WaitForExitAsync(cancel);
        return (process.ExitCode, await output + await error);
    }
}
