using System.Diagnostics;
using System.Reflection;
using Hooktrail.Docker.Engine;
using Hooktrail.Docker.Lab;
using Hooktrail.Observation;
using Hooktrail.Snapshots;

namespace Hooktrail.Tests.Docker;

/// <summary>
/// Kills <c>check --live</c> at random moments, while its guest starts in a user's container, sends and ends: one clean
/// leaves nothing, and the container runs on as it was. <c>SPECS_KILLS</c> is how often (4); <c>SPECS_KILLS_SEED</c>
/// repeats the moments of an earlier time.
/// </summary>
[Category("live")]
[CancelAfter(600_000)]
internal sealed class GuestKillTests : LiveEngineTestBase
{
    // As a user's: neither of a run, nor with a name of one.
    private readonly string _name = $"users-{RunId.New()}";

    private Probe _watcher = null!;
    private ContainerSession _user = null!;
    private string _network = "";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        if (SnapshotTaking.IsEngineElsewhere)
            throw Skip.Because("The Engine is on another machine, on which nothing can be sent here.");
        _watcher = await Probe.StartAsync(Engine, Image, CancellationToken.None);
        _network = (await Engine.CreateNetworkAsync(new() { Name = _name })).Id;
        _user = await Engine.StartAsync(
            Containers.Member(Endpoint.Client, RunId.New(), Image, _network, null) with { Name = _name, Labels = ImmutableDictionary<string, string>.Empty });
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_user is not null)
            await _user.DisposeAsync();
        if (_network.Length > 0)
            await Engine.RemoveNetworkAsync(_network);
        if (_watcher is not null)
            await _watcher.DisposeAsync();
    }

    [Test]
    public async Task Whenever_a_check_is_killed_nothing_of_its_guest_is_left_and_the_users_container_is_untouched()
    {
        var kills = Number("SPECS_KILLS") ?? 4;
        var seed = Number("SPECS_KILLS_SEED") ?? Environment.TickCount & int.MaxValue;
        var random = new Random(seed);
        await Leftovers.RemoveAsync(Engine, Image);
        var (before, inside) = (await _watcher.SnapshotAsync(default), await InsideAsync());
        var watch = Stopwatch.StartNew();
        using (var whole = Start())
            await EndedAsync(whole);
        var usual = watch.Elapsed;
        for (var kill = 1; kill <= kills; kill++)
        {
            var (check, guests, after) = await KillAsync(usual, atGuest: kill % 2 == 1, random);
            var told = $"seed {seed}, kill {kill} after {after.TotalMilliseconds:0} of {usual.TotalMilliseconds:0} ms";
            TestContext.Progress.WriteLine($"{told}: {string.Join(", ", guests)}");
            var owner = RunLabels.OwnerOf(check);

            var (_, alive) = await Leftovers.RemoveAsync(Engine, Image);

            Assert.That(await Leftovers.InEngineAsync(Engine, RunLabels.Owner, owner, default), Is.Empty, told);
            Assert.That(await InsideAsync(), Is.EqualTo(inside), told);
            Assert.That(await Engine.FindProcessAsync(_user.Id), Is.EqualTo(_user.ProcessId), told);
            // The process that owns the check's tables has noticed its end while the clean ran. Where other runs are on the
            // Engine, tables cannot be told from theirs.
            string[] marks = alive.All(one => one.StartsWith(_watcher.Run.ToString(), StringComparison.Ordinal))
                ? ["hooktrail-", _name]
                : [_name];
            Assert.That(
                before.DifferencesTo(
                    await _watcher.SnapshotAsync(default), [.. marks, .. guests.Select(guest => guest.Split('-')[1])]),
                Is.Empty, told);
        }
    }

    // At a random moment of the whole, or of the time from the moment at which the guest is there.
    private async Task<(int Check, ImmutableArray<string> Guests, TimeSpan After)> KillAsync(
        TimeSpan usual, bool atGuest, Random random)
    {
        using var check = Start();
        var owner = RunLabels.OwnerOf(check.Id);
        var watch = Stopwatch.StartNew();
        ImmutableArray<string> guests = [];
        while (atGuest && guests.IsEmpty && !check.HasExited)
            guests = await Leftovers.InEngineAsync(Engine, RunLabels.Owner, owner, default);
        Assert.That(guests.IsEmpty, Is.Not.EqualTo(atGuest), "the guest was seen");
        await Task.WhenAny(
            check.WaitForExitAsync(),
            Task.Delay(atGuest ? 0.15 * usual * random.NextDouble() : usual * (0.2 + 0.8 * random.NextDouble())));
        var after = watch.Elapsed;
        check.Kill();
        await EndedAsync(check);
        var left = await Leftovers.InEngineAsync(Engine, RunLabels.Owner, owner, default);
        return (check.Id, [.. guests.Union(left)], after);
    }

    // The devices, addresses, routes and sockets that the user's container has.
    private async Task<string> InsideAsync() => string.Join('\n', await _watcher.Shell.RunAsync(
        "look into the container",
        $"cd /proc/{_user.ProcessId}/net && cut -d: -f1 dev && cat route if_inet6 && for one in tcp udp raw; do awk '{{ print $2, $3, $4 }}' \"$one\"; done",
        default));

    private Process Start()
    {
        var cli = typeof(GuestKillTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data =>
            data.Key == "Cli").Value!;
        return Process.Start(new ProcessStartInfo(
            "dotnet", ["exec", cli, "check", "--live", "--from", _name, "--to", "host", "--protocol", "icmp"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    private static async Task EndedAsync(Process process)
    {
        process.StandardInput.Close();
        await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : null;
}
