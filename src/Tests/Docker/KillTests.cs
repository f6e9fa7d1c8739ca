using System.Diagnostics;
using System.Reflection;
using System.Text;
using Hooktrail.Docker.Lab;
using Hooktrail.Labs;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Tests.Docker;

/// <summary>
/// Kills runs in the Docker lab at random moments from their first request to the Engine to their last: while they
/// start, send and end. Needs a real Engine, and the lab's image. <c>SPECS_KILLS</c> is how often (10);
/// <c>SPECS_KILLS_SEED</c> repeats the moments of an earlier time.
/// </summary>
[Category("live")]
internal sealed class KillTests : LiveEngineTestBase
{
    // So many kills with no other run on the Engine, then as many beside a lab.
    private const int Row = 5;

    // A lab of one container, which ends when it is up; and a whole one, in which a flow is sent, without and with the
    // kernel's trace.
    private static readonly string[] Part = ["lab", "client", "--lab", "docker"];
    private static readonly string[] Whole =
        ["observe", "--lab", "docker", "--from", "client", "--to", "wan", "--protocol", "icmp"];
    private static readonly string[] Traced = [.. Whole, "--observer", "trace"];

    private Probe _watcher = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _watcher = await Probe.StartAsync(Engine, Image, default);
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_watcher is not null)
            await _watcher.DisposeAsync();
    }

    [Test]
    public async Task Whenever_a_run_is_killed_one_clean_leaves_nothing_and_no_other_run_notices()
    {
        var kills = Number("SPECS_KILLS") ?? 10;
        var seed = Number("SPECS_KILLS_SEED") ?? Environment.TickCount & int.MaxValue;
        var random = new Random(seed);
        await Leftovers.RemoveAsync(Engine, Image);
        var (part, whole, traced) = (await UnkilledAsync(Part), await UnkilledAsync(Whole), await UnkilledAsync(Traced));
        TestContext.Progress.WriteLine(
            $"Seed {seed}: {kills} kills of runs that take {part.TotalSeconds:0.0}, {whole.TotalSeconds:0.0} and {traced.TotalSeconds:0.0} s.");

        for (var done = 0; done < kills; done += Row)
        {
            var lab = done / Row % 2 == 0 ? null : await DockerLab.StartAsync(Engine, Image, [Client]);
            await using (lab)
            {
                var before = await _watcher.SnapshotAsync(default);
                for (var kill = done; kill < Math.Min(kills, done + Row); kill++)
                {
                    var (run, usual) = random.Next(4) switch
                    {
                        0 => (Whole, whole),
                        1 => (Traced, traced),
                        _ => (Part, part),
                    };
                    var (process, after) = await KillAsync(run, usual, random);
                    var told =
                        $"Seed {seed}, kill {kill + 1} of {string.Join(' ', run)}{(lab is null ? "" : " beside a lab")}, after {after.TotalMilliseconds:0} ms";
                    await CleanAsync(told, process, before, lab);
                }

                Assert.That(
                    await UnkilledAsync(Part),
                    Is.LessThan(2 * part + Allowance.For(TimeSpan.FromSeconds(5))),
                    $"seed {seed}: the run after kill {done + Row}");
            }
        }
    }

    // Kills a run between its beginning and the time that it usually takes; one that was done by then is not counted.
    private static async Task<(int Process, TimeSpan After)> KillAsync(
        string[] arguments, TimeSpan usual, Random random)
    {
        while (true)
        {
            // What comes before the first request to the Engine, the start of .NET, is a tenth and more.
            var after = usual * (0.1 + 0.9 * random.NextDouble());
            using var run = Start(arguments);
            await Task.WhenAny(run.WaitForExitAsync(), Task.Delay(after));
            if (run.HasExited)
            {
                Assert.That(run.ExitCode, Is.Zero, "a run that nothing killed");
                continue;
            }

            run.Kill();
            await run.WaitForExitAsync();
            return (run.Id, after);
        }
    }

    // Cleans once, and looks whether anything is left and the lab beside it as it was.
    private async Task CleanAsync(string told, int process, HostSnapshot before, DockerLab? lab)
    {
        var owner = RunLabels.OwnerOf(process);
        var runs = (await Leftovers.InEngineAsync(Engine, RunLabels.Owner, owner, default)).Select(RunOf).ToHashSet();
        var watch = Stopwatch.StartNew();
        var report = new StringBuilder();
        var cleaning = Leftovers.RemoveAsync(Engine, Image);
        if (lab is not null)
        {
            var flow = new Flow(Client, Wan, Protocol.Udp);
            DockerLabTests.Compare(flow, await lab.SendAsync(flow, Sending.Once), report);
        }

        var (removed, alive) = await cleaning;
        TestContext.Progress.WriteLine(
            $"{told}: cleaned in {watch.ElapsedMilliseconds} ms: {string.Join(", ", removed)}");
        runs.UnionWith(removed.Select(RunOf));
        var after = await _watcher.SnapshotAsync(default);
        string[] known = [_watcher.Run.ToString(), .. lab is null ? [] : (string[])[lab.Run.ToString()]];
        // Where other runs are on the Engine, only what names a run can be told from what is theirs.
        var present = alive.Select(one => one[..5]).Concat(
            (await Engine.FindContainersAsync(RunLabels.Run)).Select(one => one.Labels[RunLabels.Run]));
        var marks = present.All(known.Contains)
            ? ["hooktrail", "ht-", "198.18.", "198.19.", HostSnapshot.Forwarding]
            : runs.ToArray();
        var left = await Leftovers.InEngineAsync(Engine, RunLabels.Owner, owner, default);
        Assert.Multiple(() =>
        {
            Assert.That(left, Is.Empty, told);
            Assert.That(before.DifferencesTo(after, [.. marks, .. known]), Is.Empty, told);
            Assert.That(report.ToString(), Is.Empty, told);
            Assert.That(alive.Select(one => one[..5]), Is.SupersetOf(known), told);
        });
    }

    // Of a container's or network's name, by itself or in what was removed, or of «the rules, settings and link of run
    // x7k2q».
    private static string RunOf(string thing) =>
        thing.Split("hooktrail-") is [_, var name] ? name[..5] : thing[^5..];

    private static async Task<TimeSpan> UnkilledAsync(string[] arguments)
    {
        var watch = Stopwatch.StartNew();
        using var run = Start(arguments);
        var said = await run.StandardOutput.ReadToEndAsync();
        await run.WaitForExitAsync();
        Assert.That(run.ExitCode, Is.Zero, said);
        return watch.Elapsed;
    }

    private static Process Start(string[] arguments)
    {
        var cli = typeof(KillTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data =>
            data.Key == "Cli").Value!;
        var run = Process.Start(new ProcessStartInfo("dotnet", ["exec", cli, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true
        })!;
        run.StandardInput.Close();
        return run;
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : null;
}
