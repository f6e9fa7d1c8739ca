using System.IO.Compression;
using System.Text;
using Hooktrail.Model;
using Hooktrail.Records;

namespace Hooktrail.Tests.Cli;

/// <summary>
/// A file of any size and kind takes little memory, and gives one sentence if it is none of a verb's.
/// </summary>
[TestFixture]
[CancelAfter(120_000)]
public class BoundsTests
{
    // In hexadecimal: 128 MB.
    private const string Heap = "8000000";

    [TestCase("import /dev/zero", "\"/dev/zero\" cannot be read: line 1 is longer than 65536 characters")]
    [TestCase("import /dev/urandom", "\"/dev/urandom\" is not a text: ")]
    [TestCase("observe --from client --to server --protocol icmp --nft /dev/zero", "\"/dev/zero\" cannot be read: line 1 is longer than 16777216 characters")]
    [TestCase("summary /dev/zero", "/dev/zero is not JSON: the mistake is at line 1, byte 1;")]
    [TestCase("explain /dev/zero", "/dev/zero is not JSON: ")]
    [TestCase("report /dev/zero", "/dev/zero is not JSON: ")]
    [TestCase("figures /dev/zero", "/dev/zero is not JSON: ")]
    [TestCase("baseline save any /dev/zero", "/dev/zero is not JSON: ")]
    [TestCase("compare /dev/zero /dev/zero", "/dev/zero is not JSON: ")]
    [TestCase("compare - -", "Standard input cannot be read: it can be read only once; name a trails.json")]
    [TestCase("compare /dev/null no-such", "\"no-such\" is neither a file, nor an output folder of a run, nor a baseline: ")]
    [TestCase("baseline list --dir /dev/null", "\"/dev/null\" is a file, but baselines are in a folder")]
    public async Task It_gives_one_sentence_and_exit_code_2(string line, string sentence)
    {
        if (!File.Exists("/dev/zero"))
            Assert.Ignore("This system has no /dev/zero.");
        var ran = line.EndsWith("- -", StringComparison.Ordinal)
            ? await Specs.Fed(await PredictedAsync(), line.Split(' '))
            : await Specs.Start("dotnet", [Specs.Path, .. line.Split(' ')], null, ("DOTNET_GCHeapHardLimit", Heap));
        Assert.Multiple(() =>
        {
            Assert.That((ran.ExitCode, ran.Output), Is.EqualTo((2, "")), ran.Error);
            Assert.That(ran.Error, Does.StartWith("specs: " + sentence));
            Assert.That(ran.Error.TrimEnd('\n'), Does.Not.Contain("\n").And.EndsWith("."));
        });
    }

    [Test]
    public async Task A_text_without_an_end_is_refused_where_it_is_too_long()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write(
            "long.json", $"{{\"schema\":\"{TrailsFile.Schema}\",\"hosts\":[{{\"hostProfile\":\"{new string('x', 20 << 20)}");
        var ran = await Specs.Start("dotnet", [Specs.Path, "summary", file], null, ("DOTNET_GCHeapHardLimit", Heap));
        Assert.That(ran.Error, Does.StartWith($"specs: {file} has a value of more than 16 MB"));
        Assert.That(ran.ExitCode, Is.EqualTo(2));
    }

    [Test]
    public async Task A_run_of_many_legs_needs_little_memory()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Name, "many.json");
        var flow = new Flow(Endpoint.Client, Endpoint.Wan, Protocol.Icmp);
        var trail = Prediction.Of(HostProfile.Default, flow, Leg.Request);
        using (var stream = File.Create(file))
        using (var writer = new TrailsWriter(stream, HostProfile.Default))
            for (var number = 0; number < 30_000; number++)
                writer.Add(new(flow, Leg.Request, trail, trail)
                {
                    Scenario = new("F", $"S{number}"),
                    Verdict = LegVerdict.Agreed,
                    Evidence =
                    [
                        .. Enumerable.Range(1, trail.Hops.Length).Select(hop => new Evidence(
                            hop,
                            Evidence.KernelLog,
                            (ulong)(number * 100 + hop),
                            $"IN=lab OUT= {new string('x', 150)} ID={number}")),
                    ],
                });
        var ran = await Specs.Start(
            "dotnet", [Specs.Path, "compare", file, file], null, ("DOTNET_GCHeapHardLimit", Heap));
        Assert.That(ran.ExitCode, Is.Zero, ran.Error);
        Assert.That(ran.Output, Does.Contain("30,000 legs: 30,000 same."));
    }

    /// <summary>The model's account of each leg is made when the leg is written.</summary>
    [Test]
    public async Task A_report_of_many_legs_needs_little_memory()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Name, "many.json");
        var flow = new Flow(Endpoint.Client, Endpoint.Wan, Protocol.Tcp);
        var trail = Prediction.Of(HostProfile.Default, flow, Leg.Request);
        using (var stream = File.Create(file))
        using (var writer = new TrailsWriter(stream, HostProfile.Default))
            for (var number = 0; number < 6_000; number++)
                writer.Add(new(flow, Leg.Request, trail, trail)
                {
                    Scenario = new($"F{number / 100}", $"S{number}"),
                    Verdict = LegVerdict.Agreed,
                });
        // 48 MB, of which 6,000 accounts would take 60.
        var ran = await Specs.Start(
            "dotnet", [Specs.Path, "report", file], null, ("DOTNET_GCHeapHardLimit", "3000000"));
        Assert.That(ran.ExitCode, Is.Zero, ran.Error);
    }

    [Test]
    public async Task What_gzip_packed_is_read()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Name, "trails.json.gz");
        using (var packed = new GZipStream(File.Create(file), CompressionLevel.Fastest))
            packed.Write(Encoding.UTF8.GetBytes(await PredictedAsync()));
        var ran = await Specs.Run("summary", file);
        Assert.That(ran.ExitCode, Is.Zero, ran.Error);
        Assert.That(ran.Output, Does.Contain("**1 leg: 1 predicted only.**"));
    }

    [Test]
    public async Task What_unpacks_without_end_is_refused()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Name, "bomb.gz");
        using (var packed = new GZipStream(File.Create(file), CompressionLevel.SmallestSize))
            for (var megabyte = 0; megabyte < 80; megabyte++)
                packed.Write(
                    Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(new string('x', 32767) + "\n", 32))));
        var ran = await Specs.Run("import", file);
        Assert.That(ran.ExitCode, Is.EqualTo(2));
        Assert.That(ran.Error, Does.StartWith(
            $"specs: \"{file}\" cannot be read: it unpacks to more than 250 times its size; name a trace"));
    }

    [Test]
    public async Task Flows_that_diverge_in_the_same_way_are_explained_together()
    {
        using var folder = new TemporaryFolder();
        var old = HostProfile.Default with { Kernel = new(5, 4) };
        var legs = Enumerable.Range(1000, 400)
            .Select(port => new Flow(Endpoint.Client, Endpoint.Wan, Protocol.Tcp) { Port = port })
            .SelectMany(flow => Prediction.Legs(old, flow)
                .Select(leg => new LegRecord(flow, leg.Leg, null, leg.Trail)));
        var stream = new MemoryStream();
        TrailsJson.Write(stream, new(HostProfile.Default, [.. legs]));
        var ran = await Specs.Run(
            "explain", folder.Write("trails.json", Encoding.UTF8.GetString(stream.ToArray())));
        Assert.That(ran.ExitCode, Is.Zero, ran.Error);
        Assert.That(ran.Output, Does.Contain("\nand 399 more flows that diverge in the same way: "));
        Assert.That(
            ran.Output, Does.Contain("Changes that would explain them all, smallest first:\n  1  kernel 5.4\n"));
        Assert.That(ran.Output, Does.EndWith("400 flows: 0 as predicted, 400 explained, 0 not explained.\n"));
    }

    private static async Task<string> PredictedAsync() =>
        (await Specs.Line("predict --from client --to wan --protocol icmp --json")).Output;
}
