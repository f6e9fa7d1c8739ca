using System.Reflection;
using System.Text;

namespace Hooktrail.Tests.Live;

/// <summary>
/// Commands that send packets in private namespaces, killed at random moments from their start to their end: no process
/// of theirs is left, and so no namespace, no file, and nothing in the namespace where they were started.
/// <c>SPECS_KILLS</c> is how often (8); <c>SPECS_KILLS_SEED</c> repeats the moments of an earlier time.
/// </summary>
[TestFixture]
[CancelAfter(600_000)]
internal sealed class PrivateKillTests
{
    // All that a command starts inherits it.
    private const string Mark = "HOOKTRAIL_KILL_TEST";

    // The kernel takes a few milliseconds to kill and reap; a busy machine more.
    private const int Patience = 10_000;

    private PrivateHost _host = null!;
    private DirectoryInfo _folder = null!;

    private static string Metadata(string key) => typeof(PrivateKillTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == key).Value!;

    [OneTimeSetUp]
    public void Start()
    {
        _folder = Directory.CreateTempSubdirectory("hooktrail-kill-");
        _host = PrivateHost.Start();
    }

    [OneTimeTearDown]
    public void End()
    {
        _host?.Dispose();
        _folder.Delete(recursive: true);
    }

    private static IEnumerable<TestCaseData> Commands()
    {
        yield return new TestCaseData(
            $"check --from internet --to web:8080 --verify --snapshot {Metadata("Hosts")}/ufw.snapshot")
            .SetArgDisplayNames("check --verify");
        yield return new TestCaseData("observe --lab namespaces --observer trace --from client --to server --protocol tcp")
            .SetArgDisplayNames("observe --observer trace");
    }

    [TestCaseSource(nameof(Commands))]
    public void Whenever_it_is_killed_nothing_is_left(string command)
    {
        var kills = Number("SPECS_KILLS") ?? 8;
        var seed = Number("SPECS_KILLS_SEED") ?? Environment.TickCount & int.MaxValue;
        var random = new Random(seed);
        var mark = Guid.NewGuid().ToString("N");
        var before = State();
        var usual = Usual(command, mark);
        Assert.That(() => ProcessesOf(mark), Is.Empty.After(Patience, 10), "nothing killed it");
        var killed = 0;
        for (var kill = 0; kill < kills; kill++)
        {
            var after = usual * random.NextDouble();
            var told = string.Create(
                CultureInfo.InvariantCulture, $"seed {seed}, kill {kill + 1}, after {after:0.000} of {usual:0.000} s");
            // With and without the rest of its process group.
            var how = random.Next(2) == 0 ? "--foreground " : "";
            var code = _host.TryRun(
                $"timeout {how}-s KILL {after.ToString("0.000", CultureInfo.InvariantCulture)} {Of(command, mark)}").Code;
            killed += code == 137 ? 1 : 0;

            Assert.That(() => ProcessesOf(mark), Is.Empty.After(Patience, 10), told);
            Assert.That(State(), Is.EqualTo(before), told);
            Assert.That(_folder.EnumerateFileSystemInfos(), Is.Empty, told);
        }

        TestContext.Out.WriteLine($"seed {seed}: {killed} of {kills} were killed");
        Assert.That(killed, Is.Positive, $"seed {seed}");
    }

    // Seconds that it takes where nothing kills it.
    private double Usual(string command, string mark)
    {
        var took = _host.Run(
            $"start=$EPOCHREALTIME; {Of(command, mark)} && echo \"$start $EPOCHREALTIME\"");
        var times = took.Split(' ').Select(time => double.Parse(time, CultureInfo.InvariantCulture)).ToList();
        return times[1] - times[0];
    }

    // A killed .NET leaves the socket of its diagnostics.
    private string Of(string command, string mark) =>
        $"env {Mark}={mark} TMPDIR={_folder.FullName} DOTNET_EnableDiagnostics=0 dotnet exec {Metadata("Cli")} {command} >/dev/null 2>&1";

    private string State() => _host.Run("ip -o link | sed 's/ state .*//'; nft list tables; tc qdisc show");

    private static List<string> ProcessesOf(string mark)
    {
        var marked = Encoding.ASCII.GetBytes($"{Mark}={mark}");
        var found = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _))
                try
                {
                    if (File.ReadAllBytes($"{folder}/environ").AsSpan().IndexOf(marked) >= 0)
                        found.Add(File.ReadAllText($"{folder}/cmdline").Replace('\0', ' '));
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // It has ended meanwhile, or is another user's.
                }

        return found;
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : null;
}
