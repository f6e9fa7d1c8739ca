using System.Diagnostics;
using Hooktrail.Hosts;
using Hooktrail.Snapshots;

namespace Hooktrail.Tests.Hosts;

/// <summary>Containers of the Docker Engine of this machine, with a secret wherever one can be.</summary>
[Category("engine")]
public class EngineTests
{
    private const string Secret = "hunter2-of-the-shop";

    private readonly string _name = $"hooktrail-snapshot-{Environment.ProcessId}";
    private string _folder = "";

    private string Hosted => $"{_name}-hosted";

    [OneTimeSetUp]
    public void Start()
    {
        _folder = Directory.CreateTempSubdirectory(Secret).FullName;
        if (Docker("version", "--format", "{{.Server.Version}}") is not { Length: > 0 })
            throw Skip.Because("No Docker Engine answers the program docker.");
        if (Docker("images", "-q", "hooktrail/lab")?.Split('\n')[0] is not { Length: > 0 } image)
            throw Skip.Because("The Engine has no image hooktrail/lab.");
        Assert.That(
            Docker("network", "create", "--label", $"secret={Secret}", "--opt", "com.docker.network.driver.mtu=1400", _name),
            Is.Not.Null);
        Assert.That(
            Docker("run", "-d", "--name", _name, "--network", _name, "-p", "127.0.0.1::80", "-e", $"SECRET={Secret}",
                "-v", $"{_folder}:/{Secret}", "--hostname", Secret, "--network-alias", Secret,
                "--label", $"secret={Secret}", "--label", "com.docker.compose.project=shop",
                "--label", "com.docker.compose.service=web", "--entrypoint", "sh", image, "-c", $"sleep 600; : {Secret}"),
            Is.Not.Null);
        Assert.That(
            Docker("run", "-d", "--name", Hosted, "--network", "host", "--entrypoint", "sleep", image, "600"), Is.Not.Null);
    }

    [OneTimeTearDown]
    public void End()
    {
        Docker("rm", "-f", _name, Hosted);
        Docker("network", "rm", _name);
        Directory.Delete(_folder);
    }

    [Test]
    public async Task Names_networks_and_ports_are_read_and_no_secret_is()
    {
        var before = State();
        var snapshot = await SnapshotTaking.OfThisHostAsync();
        var topology = TopologyReader.Of(snapshot);
        var container = topology.Containers.Single(one => one.Name == _name);

        Assert.Multiple(() =>
        {
            Assert.That(Taken.Written(snapshot), Does.Not.Contain(Secret));
            Assert.That(State(), Is.EqualTo(before).And.Contain("running"));
            Assert.That((container.Project, container.Service), Is.EqualTo(("shop", "web")));
            Assert.That(container.Published.Single().Target, Is.EqualTo(80));
            Assert.That(container.Published.Single().Address.ToString(), Is.EqualTo("127.0.0.1"));
        });
        var network = topology.Networks.Single(one => one.Name == _name);
        var at = container.Attachments.Single();
        Assert.Multiple(() =>
        {
            Assert.That(topology.Find(at.Port!)!.Master, Is.EqualTo(network.Device));
            Assert.That(network.Subnets.Single().Holds(at.Addresses[0].Address));
            Assert.That(container.Routes.Any(route => route.Destination.Length == 0));
            Assert.That(topology.Endpoints().Single(one => one.Name == _name).Device, Is.EqualTo(at.Port));
        });
    }

    [Test]
    public async Task A_container_in_the_hosts_namespace_has_no_devices_of_its_own()
    {
        var container = TopologyReader.Of(await SnapshotTaking.OfThisHostAsync()).Containers.Single(one => one.Name == Hosted);

        Assert.That(container.IsHosted);
        Assert.That(container.Attachments, Is.Empty);
    }

    // Of other runs on the Engine nothing can be said.
    private string? State() => Docker("container", "inspect", "--format", "{{json .State}}", _name);

    private static string? Docker(params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("docker", arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            _ = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
