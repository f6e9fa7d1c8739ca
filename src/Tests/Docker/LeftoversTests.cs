using System.Net.Http.Json;
using System.Net.Sockets;
using Hooktrail.Docker.Engine;
using Hooktrail.Docker.Lab;
using Hooktrail.Observation;

namespace Hooktrail.Tests.Docker;

/// <summary>Needs a real Engine and the lab's image.</summary>
[Category("live")]
[CancelAfter(180_000)]
internal sealed class LeftoversTests : LiveEngineTestBase
{
    [Test]
    public async Task A_run_is_alive_while_its_session_is_whatever_it_does(CancellationToken cancel)
    {
        await using var busy = await Probe.StartAsync(Engine, Image, cancel);
        var script = busy.Shell.RunAsync("be busy", "sleep 2", cancel);

        var cleaning = await Leftovers.RemoveAsync(Engine, Image, cancel);
        Assert.That(
            cleaning.Alive,
            Has.Some.EqualTo($"{busy.Run} (process {Environment.ProcessId}@{Environment.MachineName})"));
        await script;
        Assert.That(await busy.Shell.RunAsync("answer", "echo here", cancel), Is.EqualTo(new[] { "here" }));
    }

    [Test]
    public async Task A_run_that_dies_in_the_middle_of_a_script_is_dead_and_waited_for(CancellationToken cancel)
    {
        await using var dead = await Probe.StartAsync(Engine, Image, cancel);
        await EnterAsync(dead, cancel);
        var script = dead.Shell.RunAsync("be busy", "sleep 2", cancel);
        await CutAsync(dead);

        var cleaning = await Leftovers.RemoveAsync(Engine, Image, cancel);
        await Errors.OfAsync(script);
        Assert.That(cleaning.Removed, Has.Some.EqualTo($"the container hooktrail-{dead.Run}-probe"));
        await NothingIsLeftAsync(dead.Run, cancel);
    }

    [Test]
    public async Task A_container_that_was_never_started_holds_no_session(CancellationToken cancel)
    {
        var run = RunId.New();
        await CreateAsync($"hooktrail-{run}-probe", RunLabels.Of(run).Add(RunLabels.Probe, "1"), cancel);
        Assert.That(await Leftovers.InEngineAsync(Engine, run.ToString(), cancel), Has.Exactly(1).Items);

        await Leftovers.RemoveAsync(Engine, Image, cancel);
        await NothingIsLeftAsync(run, cancel);
    }

    [Test]
    public async Task A_run_that_loses_its_container_before_it_starts_begins_again_under_another_id()
    {
        var runs = new List<RunId>();
        var started = await RunSession.StartAsync(run =>
        {
            runs.Add(run);
            return runs.Count < 3
                ? throw EngineErrors.Refused("start it", $"No such container: {run}")
                : Task.FromResult(run);
        });
        Assert.That(runs, Is.Unique.And.Count.EqualTo(3));
        Assert.That(started, Is.EqualTo(runs[^1]));
        Assert.That(
            () => RunSession.StartAsync<RunId>(
                _ => throw EngineErrors.Refused("start it", "container is marked for removal and cannot be started")),
            Throws.TypeOf<ContainerRemovedException>());
    }

    [Test]
    public async Task Runs_that_begin_and_clean_at_the_same_time_all_come_up(CancellationToken cancel)
    {
        var cleaning = Enumerable.Range(0, 3).Select(_ => Leftovers.RemoveAsync(Engine, Image, cancel)).ToList();
        var starting = Enumerable.Range(0, 4).Select(_ => Probe.StartAsync(Engine, Image, cancel)).ToList();
        await Task.WhenAll([.. cleaning, .. starting]);
        foreach (var probe in starting.Select(start => start.Result))
            await using (probe)
                Assert.That(await probe.Shell.RunAsync("answer", "echo here", cancel), Is.EqualTo(new[] { "here" }));
    }

    [Test]
    public async Task A_lock_ends_with_the_session_and_the_dead_do_not_wait_for_themselves(CancellationToken cancel)
    {
        await using var dead = await Probe.StartAsync(Engine, Image, cancel);
        await EnterAsync(dead, cancel);
        await dead.Shell.RunAsync("lock", ". hooktrail-lock; lock 9 -x 20 testing && lock 8 -x 20 testing", cancel);
        await using var other = await Probe.StartAsync(Engine, Image, cancel);
        await CutAsync(dead);

        await other.Shell.RunAsync(
            "lock",
            ". hooktrail-lock; lock 9 -x 20 testing && lock 8 -x 20 testing && flock -u 8 && flock -u 9",
            cancel);
        await Leftovers.RemoveAsync(Engine, other, cancel);
        await NothingIsLeftAsync(dead.Run, cancel);
    }

    [Test]
    public async Task A_wait_for_a_lock_has_an_end_and_names_the_run_that_has_it(CancellationToken cancel)
    {
        await using var holds = await Probe.StartAsync(Engine, Image, cancel);
        await using var waits = await Probe.StartAsync(Engine, Image, cancel);
        await holds.Shell.RunAsync("lock", ". hooktrail-lock; lock 9 -x 20 testing", cancel);

        Assert.That(
            () => waits.Shell.RunAsync("lock", ". hooktrail-lock; lock 9 -x 1 'at the rules'", cancel),
            Throws.TypeOf<HooktrailException>().With.Message.Contains(
                $"run {holds.Run} has been at the rules for 1 seconds; end it, or remove its probe (docker rm -f hooktrail-{holds.Run}-probe)"));
        await holds.Shell.RunAsync("unlock", "flock -u 9", cancel);
        await waits.Shell.RunAsync("lock", ". hooktrail-lock; lock 9 -x 20 testing", cancel);
    }

    [Test]
    public async Task A_network_that_the_Engine_still_has_to_make_for_a_dead_run_is_not_left(CancellationToken cancel)
    {
        await using var watcher = await Probe.StartAsync(Engine, Image, cancel);
        var before = await watcher.SnapshotAsync(cancel);
        var cleaner = await Probe.StartAsync(Engine, Image, cancel);
        await using var dead = await Probe.StartAsync(Engine, Image, cancel);
        await dead.Journal.BeginAsync(cancel);
        var subnets = await dead.Wiring.ChooseAsync(cancel);
        // The Engine makes one after the other, and that of the dead run last, when its probe has long gone.
        var ahead = Enumerable.Range(0, 8).Select(number => Engine.CreateNetworkAsync(
            new() { Name = RunLabels.NameOf(watcher.Run.ToString(), $"{number}"), Labels = RunLabels.Of(watcher.Run) },
            cancel)).ToList();
        await dead.Shell.RunAsync("give the Engine the time to begin", "ip -o link", cancel);
        var behind = Engine.CreateNetworkAsync(
            new()
            {
                Name = RunLabels.NameOf(dead.Run.ToString(), LabNames.Inner),
                BridgeDevice = LabAddresses.BridgeOf(dead.Run, LabNames.Inner),
                Subnets = subnets.Of(LabNames.Inner),
                Labels = RunLabels.Of(dead.Run),
            },
            cancel);
        await CutAsync(dead);

        Cleaning cleaning;
        await using (cleaner)
            cleaning = await Leftovers.RemoveAsync(Engine, cleaner, cancel);
        foreach (var network in ahead)
            await Engine.RemoveNetworkAsync((await network).Id, cancel);
        // It may have been removed before it was looked at.
        await Errors.OfAsync(behind);
        await NothingIsLeftAsync(dead.Run, cancel);
        string[] marks =
            [dead.Run.ToString(), .. cleaning.Alive.Length == 1 ? (string[])[HostSnapshot.Forwarding] : []];
        Assert.That(before.DifferencesTo(await watcher.SnapshotAsync(cancel), marks), Is.Empty);
    }

    [Test]
    public async Task A_network_that_the_Engine_is_still_removing_for_a_dead_run_is_not_left(CancellationToken cancel)
    {
        await using var watcher = await Probe.StartAsync(Engine, Image, cancel);
        var before = await watcher.SnapshotAsync(cancel);
        await using var cleaner = await Probe.StartAsync(Engine, Image, cancel);
        var dead = RunId.New();
        var subnets = await watcher.Wiring.ChooseAsync(cancel);
        var networks = new List<NetworkDetails>();
        foreach (var name in LabNames.Networks)
            networks.Add(await Engine.CreateNetworkAsync(
                new()
                {
                    Name = RunLabels.NameOf(dead.ToString(), name),
                    BridgeDevice = LabAddresses.BridgeOf(dead, name),
                    Subnets = [subnets.Of(name, IpVersion.V4)],
                    Labels = RunLabels.Of(dead),
                },
                cancel));

        // The Engine lists none of them any more as soon as it has begun to remove them.
        var removals = networks.Select(network => Engine.RemoveNetworkAsync(network.Id, cancel)).ToList();
        while ((await Engine.FindNetworksAsync(RunLabels.Run, dead.ToString(), cancel)).Count > 0)
            cancel.ThrowIfCancellationRequested();
        await Leftovers.RemoveAsync(Engine, cleaner, cancel);
        var after = await watcher.SnapshotAsync(cancel);
        await Task.WhenAll(removals);
        Assert.That(before.DifferencesTo(after, dead.ToString()), Is.Empty);
    }

    private static async Task EnterAsync(Probe probe, CancellationToken cancel)
    {
        await probe.Journal.BeginAsync(cancel);
        await probe.Journal.SettleAsync();
    }

    // As the kernel does for a process that is killed.
    private static async Task CutAsync(Probe probe) => await ((ContainerSession)probe.Shell.Session).CutAsync();

    private async Task NothingIsLeftAsync(RunId run, CancellationToken cancel)
    {
        Assert.That(await Leftovers.InEngineAsync(Engine, run.ToString(), cancel), Is.Empty);
        await using var probe = await Probe.StartAsync(Engine, Image, cancel);
        Assert.That((await probe.SnapshotAsync(cancel)).Lines.Where(line => line.Contains(run.ToString())), Is.Empty);
    }

    // What a process leaves that is killed between the two requests; an Engine's client has no word for half a start.
    private async Task CreateAsync(string name, ImmutableDictionary<string, string> labels, CancellationToken cancel)
    {
        if (EngineEndpoint.FromEnvironment().SocketPath is not { } path)
        {
            Assert.Ignore(
                "A container is created without being started only over a unix socket, and this Engine has none here.");
            return;
        }

        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), token);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        using var answer = await http.PostAsync(
            $"http://docker/containers/create?name={name}",
            JsonContent.Create(
                new { Image = Image, Labels = labels, HostConfig = new { NetworkMode = "none", AutoRemove = true } }),
            cancel);
        answer.EnsureSuccessStatusCode();
    }
}
