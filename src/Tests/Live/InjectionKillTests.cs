using Hooktrail.Live;
using Hooktrail.Observation;

namespace Hooktrail.Tests.Live;

/// <summary>
/// The process that lets packets in by a NIC, killed at random moments: <c>clean</c> knows what it leaves, and nothing
/// of others. <c>SPECS_KILLS</c> is how often (20); <c>SPECS_KILLS_SEED</c> repeats the moments of an earlier time.
/// </summary>
[TestFixture]
[CancelAfter(300_000)]
internal sealed class InjectionKillTests
{
    private PrivateHost _host = null!;
    private string _folder = "";

    [OneTimeSetUp]
    public void Start()
    {
        _host = PrivateHost.Start();
        _folder = Directory.CreateTempSubdirectory("hooktrail-inject-").FullName;
        File.WriteAllText(Path.Combine(_folder, "inject.sh"), LiveSender.Script);
        File.WriteAllText(Path.Combine(_folder, "uninject.sh"), Injections.Script);
        // Of others: one qdisc of the same kind on another NIC.
        _host.Run("tc qdisc add dev br0 ingress_block 7 egress_block 8 clsact");
    }

    [OneTimeTearDown]
    public void End()
    {
        _host?.Dispose();
        if (_folder.Length > 0)
            Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void Whenever_it_is_killed_nothing_is_left_and_a_live_run_keeps_its_own()
    {
        var kills = Number("SPECS_KILLS") ?? 20;
        var seed = Number("SPECS_KILLS_SEED") ?? Environment.TickCount & int.MaxValue;
        var random = new Random(seed);
        var before = State();
        var (usual, left) = (Usual(), 0);
        Assert.That(State(), Is.EqualTo(before), "nothing killed it");
        for (var kill = 0; kill < kills; kill++)
        {
            var run = RunId.New();
            var after = 1.3 * usual * random.NextDouble();
            var told = string.Create(CultureInfo.InvariantCulture, $"seed {seed}, kill {kill + 1}, after {after:0.000} s");
            _host.Run("peer probe");
            Inject(run, $"timeout {(random.Next(2) == 0 ? "--foreground " : "")}-s KILL {after.ToString("0.000", CultureInfo.InvariantCulture)}");

            var live = State();
            var said = _host.Run(Clean());
            Assert.That(State(), Is.EqualTo(live), $"{told}: its sender lives");
            Assert.That(said, Is.Empty.Or.EqualTo($"active eth0 {run}"), told);
            left += said.Length > 0 ? 1 : 0;

            EndSender(run);
            Assert.That(_host.Run(Clean()), Is.EqualTo(said.Length > 0 ? $"removed eth0 {run}" : ""), told);
            Assert.That(State(), Is.EqualTo(before), told);
        }

        Assert.That(left, Is.Positive, $"seed {seed}: no kill left a qdisc");
    }

    [Test]
    public void A_run_removes_its_own_and_no_other()
    {
        var (own, other) = (RunId.New(), RunId.New());
        var before = State();
        _host.Run("peer probe");
        _host.Run($"coproc inject {{ exec {Command(own)}; }}; read -r said <&\"${{inject[0]}}\"; kill -9 $inject_PID; wait $inject_PID; [ \"$said\" = ready ]");

        Assert.That(_host.Run(Clean(other)), Is.Empty);
        Assert.That(_host.Run("tc qdisc show dev eth0"), Does.Contain("clsact"));
        Assert.That(_host.Run(Clean(own)), Is.EqualTo($"removed eth0 {own}"));

        EndSender(own);
        Assert.That(State(), Is.EqualTo(before));
    }

    // Seconds until it is ready; then its input ends, and it removes all.
    private double Usual()
    {
        var run = RunId.New();
        _host.Run("peer probe");
        var took = _host.Run(
            $"start=$EPOCHREALTIME; coproc inject {{ exec {Command(run)}; }}; read -r said <&\"${{inject[0]}}\"; end=$EPOCHREALTIME; exec {{inject[1]}}>&-; wait $inject_PID; echo \"$said $start $end\"");
        EndSender(run);
        Assert.That(took, Does.StartWith("ready "));
        var times = took.Split(' ')[1..].Select(time => double.Parse(time, CultureInfo.InvariantCulture)).ToList();
        return times[1] - times[0];
    }

    // Returns when no process of it is left, as each has its output.
    private void Inject(RunId run, string killer) =>
        _host.Run($"said=$({killer} {Command(run)} <&\"$hold\" 2>&1); true");

    private void EndSender(RunId run)
    {
        _host.Run("kill \"$probe\"; wait \"$probe\" 2>/dev/null; true");
        // The kernel removes the link soon after the namespace's last process.
        _host.Run($"for i in {{1..5000}}; do ip -o link | grep -q ': ht-{run}-in@' || break; done; ! ip -o link | grep -q ': ht-{run}-in@'");
    }

    private string Command(RunId run) =>
        $"bash --noprofile --norc {_folder}/inject.sh eth0 ht-{run}-in \"$probe\" 02:00:00:00:00:77 4 198.51.100.7 192.0.2.1 tcp 20001";

    private string Clean(RunId? run = null) => $"bash --noprofile --norc {_folder}/uninject.sh {run}";

    private string State() => _host.Run("tc qdisc show; ip -o link; tc filter show block 8");

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : null;
}
