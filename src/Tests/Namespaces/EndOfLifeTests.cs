using System.Diagnostics;
using Hooktrail.Labs;
using Hooktrail.Namespaces;

namespace Hooktrail.Tests.Namespaces;

/// <summary>A host leaves no process and no namespace, however it ends.</summary>
[CancelAfter(60_000)]
internal sealed class EndOfLifeTests
{
    // The kernel takes a few milliseconds to kill and reap.
    private const int Patience = 5_000;

    [Test]
    public async Task Disposing_ends_everything(CancellationToken cancel)
    {
        var host = await Spaces.StartAsync(NamespaceTopology.Whole, cancel);
        var traces = Traces.Of(host);
        Assert.That(traces.Processes, Has.Count.GreaterThanOrEqualTo(11), "unshare, the first process, nine agents");
        await host.Host.RunAsync("leave something running", "sleep 1000 >/dev/null 2>&1 3>&- &", cancel);
        await host.DisposeAsync();
        Assert.That(() => traces.Left(), Is.Empty.After(Patience, 10));
    }

    [Test]
    public async Task Kill_9_of_the_owner_ends_everything([Values("", "lab")] string what, CancellationToken cancel) =>
        await KillOwnerAsync([], what, cancel);

    [Test]
    public async Task Kill_9_of_an_ordinary_owner_ends_everything(
        [Values("", "lab")] string what, CancellationToken cancel) =>
        await KillOwnerAsync(Spaces.Ordinary(), what, cancel);

    [Test]
    public async Task The_talker_ends_with_the_lab_though_this_program_still_holds_its_pipes(CancellationToken cancel)
    {
        await Spaces.NeedsLabAsync();
        var before = Traces.OfAll().Processes;
        await using var lab = await NamespaceLab.StartAsync(NamespaceSetup.Default, cancel);
        var traces = Traces.OfAll() is var all ? all with { Processes = all.Processes.Except(before) } : all;
        Assert.That(
            traces.Processes.Count(process => CommandOf(process).StartsWith("perl", StringComparison.Ordinal)),
            Is.EqualTo(2),
            "a talker and a reader");

        using (var unshare = Process.GetProcessById(
            traces.Processes.Single(process => CommandOf(process).StartsWith("unshare", StringComparison.Ordinal))))
            unshare.Kill();
        Assert.That(() => traces.Left(), Is.Empty.After(Patience, 10));
        Assert.That(
            () => lab.SendAsync(new(Endpoint.Client, Endpoint.Server, Protocol.Icmp), Sending.Once, cancel),
            Throws.TypeOf<HooktrailException>().With.Message.StartsWith(
                "The talker of the stations of the namespace lab "));
    }

    [Test]
    public async Task A_start_that_fails_leaves_nothing(CancellationToken cancel)
    {
        await Spaces.NeedsLabAsync();
        var before = Traces.OfAll().Processes;
        Assert.That(
            () => NamespaceLab.StartAsync(
                NamespaceSetup.Default with { BeforeBridges = "table ip mine { chain c { nonsense; }; }" }, cancel),
            Throws.TypeOf<HooktrailException>().With.Message.Contains("nonsense"));
        Assert.That(() => Traces.OfAll().Processes.Except(before), Is.Empty.After(Patience, 10));
    }

    [Test]
    public async Task Kill_9_of_unshare_ends_everything_and_the_shells_say_so(CancellationToken cancel)
    {
        await using var host = await Spaces.StartAsync(NamespaceTopology.Whole, cancel);
        var traces = Traces.Of(host);
        using (var unshare = Process.GetProcessById(host.ProcessId))
            unshare.Kill();
        Assert.That(() => traces.Left(), Is.Empty.After(Patience, 10));
        Assert.That(
            () => host["client"].RunAsync("say something", "echo something", cancel),
            Throws.TypeOf<HooktrailException>().With.Message.Contains(
                "The station client of the namespace lab ended unexpectedly"));
    }

    [Test]
    public async Task A_busy_agent_does_not_keep_the_host_alive(CancellationToken cancel)
    {
        using var owner = Spaces.Run([], "hold");
        var traces = Traces.Parse(await Spaces.AnswerAsync(owner, cancel));
        owner.StandardInput.Close(); // an orderly end
        await owner.WaitForExitAsync(cancel);
        Assert.That(() => traces.Left(), Is.Empty.After(Patience, 10));

        var host = await Spaces.StartAsync(NamespaceTopology.Small, cancel);
        traces = Traces.Of(host);
        var busy = host["client"].RunAsync("wait", "trap '' TERM INT HUP PIPE; sleep 1000", cancel);
        await host.DisposeAsync();
        Assert.That(() => traces.Left(), Is.Empty.After(Patience, 10));
        Assert.That(() => busy, Throws.InstanceOf<HooktrailException>());
    }

    [Test]
    public async Task A_cancelled_start_leaves_nothing(CancellationToken cancel)
    {
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await soon.CancelAsync();
        Assert.That(
            () => NamespaceHost.StartAsync(NamespaceTopology.Whole, soon.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    private static string CommandOf(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static async Task KillOwnerAsync(IReadOnlyList<string> who, string what, CancellationToken cancel)
    {
        using var owner = Spaces.Run(who, what.Length == 0 ? ["hold"] : ["hold", what]);
        var answer = await Spaces.AnswerAsync(owner, cancel);
        var traces = Traces.Parse(answer);
        if (traces.Processes.IsEmpty)
            throw Skip.Because(string.Join(" ", answer));
        Assert.That(
            Traces.Parse(answer).Left(),
            Has.Count.EqualTo(traces.Processes.Count + traces.Namespaces.Count),
            "all of it is there");
        if (what == "lab")
            Assert.That(
                traces.Processes,
                Has.Count.GreaterThanOrEqualTo(15),
                "the host's eleven, and a talker and a reader, each entered by a separate program");

        owner.Kill(); // SIGKILL
        await owner.WaitForExitAsync(cancel);
        Assert.That(() => traces.Left(), Is.Empty.After(Patience, 10));
    }
}
