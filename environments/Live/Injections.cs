using Hooktrail.Namespaces;
using Hooktrail.Observation;
using Hooktrail.Text;

namespace Hooktrail.Live;

/// <summary>
/// The qdiscs that let packets in by NICs (inject.sh). The process that holds one removes it; if that process is killed
/// itself, the command does so at its end, and if both are, <c>clean</c> does.
/// </summary>
public static class Injections
{
    internal static string Script { get; } = EmbeddedText.Of(typeof(Injections).Assembly, "uninject.sh");

    /// <summary>Removes what dead runs left on the NICs of this network namespace.</summary>
    /// <returns>What was removed; and the runs that live, each with its NIC.</returns>
    /// <exception cref="HooktrailException">A qdisc of a dead run cannot be removed.</exception>
    public static async Task<(ImmutableArray<string> Removed, ImmutableArray<string> Active)> RemoveLeftAsync(
        CancellationToken cancellation = default)
    {
        var found = await RunAsync([], [], cancellation).ConfigureAwait(false);
        return (
            [.. found.Where(one => one.Is("removed")).Select(one => $"the clsact qdisc of run {one.Run} at {one.Nic}")],
            [.. found.Where(one => one.Is("active")).Select(one => $"{one.Run} (at {one.Nic})")]);
    }

    /// <summary>When it is disposed, it removes what the process of a run has not.</summary>
    internal static IAsyncDisposable AtEnd(LiveHost host, RunId run) => new Removal(host.Enter, run);

    private static async Task<ImmutableArray<Found>> RunAsync(
        ImmutableArray<string> enter, ImmutableArray<string> arguments, CancellationToken cancellation)
    {
        var process = await HostProcess.StartAsync(
            ThisMachine.Instance, [.. enter, "bash", "--noprofile", "--norc", "-c", Script, "hooktrail", .. arguments],
            cancellation).ConfigureAwait(false);
        var found = ImmutableArray.CreateBuilder<Found>();
        await using (process.ConfigureAwait(false))
            await foreach (var line in process.Lines.ReadAllAsync(cancellation).ConfigureAwait(false))
                if (line.Split(' ', 4) is [var what, var nic, var run, ..] words)
                    found.Add(new(what, nic, run, words.ElementAtOrDefault(3)));
        return found.FirstOrDefault(one => one.Is("kept")) is { } kept
            ? throw new HooktrailException(
                $"The clsact qdisc of run {kept.Run} at {kept.Nic} cannot be removed ({kept.Why}); run ./specs clean as root.")
            : found.ToImmutable();
    }

    private sealed record Found(string What, string Nic, string Run, string? Why)
    {
        public bool Is(string what) => What == what;
    }

    private sealed class Removal(ImmutableArray<string> enter, RunId run) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() =>
            await RunAsync(enter, [run.ToString()], CancellationToken.None).ConfigureAwait(false);
    }
}
