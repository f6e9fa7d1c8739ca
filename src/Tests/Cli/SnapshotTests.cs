using System.Diagnostics;
using System.IO.Compression;
using System.Text;

namespace Hooktrail.Tests.Cli;

[TestFixture]
[Platform("Linux")]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class SnapshotTests
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const string Small =
        """{"schema":"hooktrail/snapshot/1","parts":[{"name":"host","command":"uname -n","exit":0,"lines":["shop"]},{"name":"iptables-nft","command":"iptables-nft-save","exit":0,"lines":["*filter","-A INPUT -s 5.9.1.2/32 -j DROP","COMMIT"]}]}""";

    [Test]
    public async Task Only_its_owner_can_read_the_file()
    {
        using var folder = new TemporaryFolder();
        var from = folder.Write("from.snapshot", Small);
        var (there, fresh) = (folder.Write("there.snapshot", new string('x', 10_000)), Path.Combine(folder.Name, "new"));
        File.SetUnixFileMode(there, Private | UnixFileMode.OtherRead | UnixFileMode.GroupWrite);

        foreach (var to in (string[])[there, fresh])
        {
            var ran = await Specs.Run("snapshot", "--from", from, "--out", to);
            Assert.That(ran.ExitCode, Is.Zero, ran.Error);
            Assert.That(File.GetUnixFileMode(to), Is.EqualTo(Private));
            Assert.That(await File.ReadAllTextAsync(to), Does.StartWith("{\n  \"schema\": \"hooktrail/snapshot/1\"").And.EndsWith("}\n"));
        }
    }

    [Test]
    public async Task A_device_keeps_its_mode()
    {
        using var folder = new TemporaryFolder();
        var before = File.GetUnixFileMode("/dev/null");
        var ran = await Specs.Run("snapshot", "--from", folder.Write("from.snapshot", Small), "--out", "/dev/null");
        Assert.That(ran.ExitCode, Is.Zero, ran.Error);
        Assert.That(File.GetUnixFileMode("/dev/null"), Is.EqualTo(before));
    }

    [Test]
    public async Task The_script_is_printed_and_takes_a_snapshot()
    {
        var script = await Specs.Run("snapshot", "--script");
        Assert.That(script.Output, Does.StartWith("#!/bin/sh\n"));

        // What ssh does with it.
        var taken = await Specs.Start("unshare", ["--user", "--map-root-user", "--net", "sh", "-s", "namespace"], script.Output);
        if (taken.Error.StartsWith("unshare:", StringComparison.Ordinal))
            throw Skip.Because("It needs user namespaces.", taken.Error);
        Assert.That(taken.ExitCode, Is.Zero, taken.Error);
        var host = await Specs.Fed(taken.Output, "host", "-");
        Assert.That(host.ExitCode, Is.Zero, host.Error);
        Assert.That(host.Output, Does.Contain("1 device").And.Contain("\nDevices\n"));
    }

    [Test]
    public async Task The_namespace_of_a_process_is_taken()
    {
        using var process = Process.Start(new ProcessStartInfo(
            "unshare", ["--net", "sh", "-c", "ip link add snapped type bridge && echo ready && cat"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        if (await process.StandardOutput.ReadLineAsync() != "ready")
            throw Skip.Because("It needs root.", await process.StandardError.ReadToEndAsync());
        var taken = await Specs.Run("snapshot", "--namespace", process.Id.ToString(CultureInfo.InvariantCulture));
        process.StandardInput.Close();
        await process.WaitForExitAsync();

        Assert.That(taken.ExitCode, Is.Zero, taken.Error);
        Assert.That(taken.Output, Does.Contain("\\\"ifname\\\":\\\"snapped\\\"").And.Not.Contain("docker-containers"));
    }

    [Test]
    public async Task Anonymous_is_what_can_go_into_a_bug_report()
    {
        var ran = await Specs.Fed(Small, "snapshot", "--from", "-", "--anonymize");
        Assert.That(ran.ExitCode, Is.Zero, ran.Error);
        Assert.That(ran.Output, Does.Contain("-A INPUT -s 203.0.113.0/32 -j DROP").And.Not.Contain("shop"));
    }

    [Test]
    public async Task What_gzip_packed_is_read()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Name, "host.snapshot.gz");
        using (var packed = new GZipStream(File.Create(file), CompressionLevel.Fastest))
            packed.Write(Encoding.UTF8.GetBytes(Small));
        var ran = await Specs.Run("host", file);
        Assert.That(ran.ExitCode, Is.Zero, ran.Error);
        Assert.That(ran.Output, Does.StartWith("shop: 0 devices, 0 containers, 1 rule\n"));
    }

    [TestCase("snapshot --script --anonymize", "--script takes no other option than --out")]
    [TestCase("snapshot --namespace 4194305", "There is no process 4194305 on this machine;")]
    [TestCase("snapshot --from no-such", "\"no-such\" cannot be read: there is no such file; name a snapshot that ./specs snapshot wrote.")]
    [TestCase("snapshot --from no-such --namespace 1", "--from and --namespace exclude each other;")]
    [TestCase("host no-such", "\"no-such\" cannot be read: there is no such file;")]
    [TestCase("host /dev/zero", "\"/dev/zero\" is larger than 32 MB, which no snapshot is;")]
    [TestCase("host /dev/null", "\"/dev/null\" is not JSON: the mistake is at line 1, byte 1;")]
    [TestCase("host --format html", "Unknown format \"html\"; use text, json or svg.")]
    public async Task Bad_input_gets_one_sentence(string line, string sentence)
    {
        var ran = await Specs.Line(line);
        Assert.That((ran.ExitCode, ran.Output), Is.EqualTo((2, "")), ran.Error);
        Assert.That(ran.Error, Does.StartWith("specs: " + sentence));
        Assert.That(ran.Error.TrimEnd('\n'), Does.Not.Contain("\n"));
    }

    [Test]
    public async Task An_Engine_that_does_not_answer_gets_one_sentence()
    {
        var ran = await Specs.Start("dotnet", [Specs.Path, "snapshot"], null, ("DOCKER_HOST", "tcp://127.0.0.1:1"));
        Assert.That((ran.ExitCode, ran.Output), Is.EqualTo((2, "")), ran.Error);
        Assert.That(ran.Error, Does.StartWith("specs: DOCKER_HOST is another machine, ")
            .And.Contain("\nspecs: The Engine at DOCKER_HOST cannot be asked: "));
    }

    [Test]
    public async Task A_large_snapshot_needs_less_than_400_MB([Values("host", "snapshot --anonymize --from")] string verb)
    {
        using var folder = new TemporaryFolder();
        var rules = string.Join(",\n", Enumerable.Range(0, 100_000).Select(number =>
            $"\"-A INPUT -s 5.{number >> 16}.{(number >> 8) & 255}.{number & 255}/32 -i eth0 -p tcp -m tcp --dport {number & 65535} -m comment --comment \\\"rule {number} of many\\\" -j DROP\""));
        var file = folder.Write(
            "large.snapshot",
            $$"""{"schema":"hooktrail/snapshot/1","parts":[{"name":"iptables-nft","command":"iptables-nft-save","exit":0,"lines":["*filter",{{rules}},"COMMIT"]},{"name":"iptables-legacy","command":"iptables-legacy-save","exit":0,"lines":["*filter",{{rules}},"COMMIT"]}]}""");
        Assert.That(new FileInfo(file).Length, Is.GreaterThan(20 << 20));

        // In hexadecimal: 400 MB.
        var ran = await Specs.Start(
            "dotnet", [Specs.Path, .. verb.Split(' '), file, "--out", Path.Combine(folder.Name, "out")], null,
            ("DOTNET_GCHeapHardLimit", "19000000"));
        Assert.That(ran.ExitCode, Is.Zero, ran.Error);
    }
}
