using Hooktrail.Labs;
using Hooktrail.Observation;

namespace Hooktrail.Docker.Lab;

/// <summary>
/// The LOG rules in the host's tables, and their records: the kernel log, which the probe sends on its standard error.
/// </summary>
internal sealed class LogTaps(RunId run, Shell shell, HostTools tools)
{
    private readonly KernelLog _log = new(run);
    private Task _pump = Task.CompletedTask;
    private int _fences;
    private string _countersScript = "";
    // The counters at the last reading, and what the taps have logged since: before the last window, and in it.
    private TapCounters _counted = TapCounters.Of([]);
    private TapCounters _logged = TapCounters.Of([]);
    private LogWindow _last = new([], 0);
    private long _withheld;

    private static TimeSpan FencePatience => Allowance.For(TimeSpan.FromSeconds(10));

    /// <inheritdoc cref="KernelLog.Listener"/>
    public Action<Sighting>? Listener
    {
        set => _log.Listener = value;
    }

    /// <summary>Begins with the next record.</summary>
    public Task OpenLogAsync(CancellationToken cancellation)
    {
        _pump = PumpAsync();
        return shell.RunAsync("read the kernel log", "hooktrail-kmsg >&3", cancellation);
    }

    public async Task InstallAsync(TracedTraffic traffic, CancellationToken cancellation)
    {
        var backend = await tools.IptablesAsync(cancellation).ConfigureAwait(false);
        var ebtables = await tools.EbtablesAsync(cancellation).ConfigureAwait(false);
        var rules = new TapRules(
            run, traffic, [.. HookPoints.Iptables, .. HookPoints.Ip6tables, .. HookPoints.Ebtables]);
        await using (await LockAsync(cancellation).ConfigureAwait(false))
        {
            var chains = await shell.RunAsync("list the chains", "nft list chains", cancellation).ConfigureAwait(false);
            await shell.RunAsync(
                "mark the chains that the taps will make",
                Input("nft -f -", rules.Marks(string.Join('\n', chains))),
                cancellation).ConfigureAwait(false);
            await shell.RunAsync(
                "install the taps of iptables",
                Input($"iptables-{backend.Name()}-restore {HostTools.InTurn} --noflush", rules.Iptables()),
                cancellation).ConfigureAwait(false);
            await shell.RunAsync(
                "install the taps of ip6tables",
                Input($"ip6tables-{backend.Name()}-restore {HostTools.InTurn} --noflush", rules.Ip6tables()),
                cancellation).ConfigureAwait(false);
            await shell.RunAsync(
                "install the taps of ebtables",
                ebtables == Backend.Nft
                    ? Input("ebtables-nft-restore --noflush", rules.Ebtables())
                    : EbtablesLegacy.Insert(rules.Ebtables()),
                cancellation).ConfigureAwait(false);
        }

        _countersScript = CountersScript(backend, ebtables);
        await ReadAsync(cancellation).ConfigureAwait(false);
        await CountAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Returns what the taps have logged since the last call, up to a record that this call writes.</summary>
    /// <returns>Also returns the number of ICMP errors that the kernel's rate limit withheld.</returns>
    public async Task<(LogWindow Window, long Withheld)> ReadAsync(CancellationToken cancellation)
    {
        _logged = _logged.With(TapCounters.Of(_last.Sightings));
        (_last, var said) = await ReadWindowAsync(WithheldErrors.Script, cancellation).ConfigureAwait(false);
        var before = _withheld;
        _withheld = WithheldErrors.Count(said);
        return (_last, _withheld - before);
    }

    /// <summary>Adds the rules' counters to the last window: a second witness, but a slow one.</summary>
    /// <returns>The window, with the records that have come meanwhile.</returns>
    public async Task<(LogWindow Window, TapCounters Counted)> CountAsync(CancellationToken cancellation)
    {
        var window = _last;
        // A packet that comes between the fence and the reading of the counters is counted but logged only after the
        // fence, such as a retransmitted segment of an earlier flow. So a second reading follows.
        for (var reading = 1; ; reading++)
        {
            var (rest, saved) = await ReadWindowAsync(_countersScript, cancellation).ConfigureAwait(false);
            var counters = TapCounters.Parse(string.Join('\n', saved), run);
            window = new([.. window.Sightings, .. rest.Sightings], window.Lost + rest.Lost);
            var (counted, logged) = (counters.Since(_counted).Since(_logged), TapCounters.Of(window.Sightings));
            if (reading == 1 && counted.Points.Any(point => counted[point] > logged[point]))
                continue;
            (_counted, _logged, _last) = (counters, TapCounters.Of([]), new([], 0));
            return (window, counted);
        }
    }

    /// <summary>Waits until the log has been read to its end, which is the session's end.</summary>
    public Task EndAsync() => _pump;

    private string CountersScript(Backend backend, Backend ebtables)
    {
        var counted = ebtables == Backend.Nft
            ? "EBTABLES_SAVE_COUNTER=yes ebtables-nft-save"
            : $"for table in {EbtablesLegacy.Tables}; do ebtables-legacy -t $table -L --Lc | saved_legacy; done";
        return $$"""
            {{EbtablesLegacy.Saved}}
            {
                iptables-{{backend.Name()}}-save -c
                ip6tables-{{backend.Name()}}-save -c
                {{counted}}
            } 2>/dev/null | grep '"ht{{run}} ' || :
            """;
    }

    // Only one run at a time changes taps; the lock belongs to the network namespace (image/agent.sh).
    private async Task<IAsyncDisposable> LockAsync(CancellationToken cancellation)
    {
        await shell.RunAsync(
            "take turns with other runs",
            ". hooktrail-lock; lock 9 -x 20 'installing or removing taps'",
            cancellation).ConfigureAwait(false);
        return new AtEnd(shell, "let other runs go on", "flock -u 9");
    }

    // printk numbers records in the order of writing: those of an answered packet come before the fence.
    private async Task<(LogWindow Window, IReadOnlyList<string> Said)> ReadWindowAsync(
        string script, CancellationToken cancellation)
    {
        var fence = ++_fences;
        var said = await shell.RunAsync(
            "write to the kernel log",
            $"echo '{_log.Fence(fence)}' >/dev/kmsg\n{script}",
            cancellation).ConfigureAwait(false);
        try
        {
            return (
                await _log.ReadUntilFence(fence, cancellation)
                    .WaitAsync(FencePatience, cancellation).ConfigureAwait(false),
                said);
        }
        catch (TimeoutException)
        {
            throw new HooktrailException(
                $"The kernel log did not show the probe's line within {FencePatience.TotalSeconds:0} seconds after the probe wrote it to "
                + "/dev/kmsg; check that `sysctl kernel.printk_devkmsg` is not off.");
        }
    }

    // Fails the waiting fences when the session ends.
    private async Task PumpAsync()
    {
        try
        {
            var lines = shell.Session.StandardError;
            while (await lines.WaitToReadAsync().ConfigureAwait(false))
                while (lines.TryRead(out var line))
                    _log.Accept(line);
            _log.Close(
                $"The probe {shell.Session.Name} ended while its kernel log was still needed; "
                + "find out what removed it, and run again.");
        }
        catch (HooktrailException lost)
        {
            _log.Close(lost.Message);
        }
    }

    private static string Input(string command, string text) => $"{command} <<'END'\n{text}END\n";
}
