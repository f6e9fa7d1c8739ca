using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Hooktrail.Stations;
using Hooktrail.Trails;

namespace Hooktrail.Namespaces;

/// <summary>
/// The processes of one lab: <c>unshare</c>, below it process 1 of a pid namespace (init.sh), below that an agent for each
/// station. Process 1 reads a pipe that this program holds open. When this program ends, in whatever way, the kernel closes the
/// pipe, process 1 ends, the kernel kills the rest of its pid namespace, and the network namespaces go with their last process.
/// Nothing has a name outside: the pipes are opened as /proc/PID/fd/N before anything is unshared, for afterwards an ordinary
/// user's user namespace has no right to look into this process.
/// </summary>
internal sealed class ProcessTree : IAsyncDisposable
{
    private static TimeSpan Patience => Allowance.For(TimeSpan.FromSeconds(20));

    private readonly Process _process;
    private readonly Task<string> _error;

    private ProcessTree(Process process, ImmutableArray<PipeSession> sessions)
    {
        (_process, Sessions) = (process, sessions);
        _error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>The agents, in the order in which they were asked for.</summary>
    public ImmutableArray<PipeSession> Sessions { get; }

    /// <summary>The id of <c>unshare</c>, the only child of this program.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Starts the processes; the namespaces are empty yet.</summary>
    /// <exception cref="HooktrailException">This machine or this user cannot have private namespaces; says why.</exception>
    public static async Task<ProcessTree> StartAsync(IEnumerable<string> stations, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ImmutableArray<PipeSession> sessions = [.. stations.Select(name => new PipeSession(name))];
        ProcessTree? tree = null;
        try
        {
            tree = new ProcessTree(Run(sessions), sessions);
            await tree.ReadProcessIdsAsync(cancellation).ConfigureAwait(false);
            return tree;
        }
        catch
        {
            foreach (var session in sessions)
                await session.DisposeAsync().ConfigureAwait(false);
            if (tree is not null)
                await tree.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Lets go of the lifeline and waits until every process has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var session in Sessions)
            await session.DisposeAsync().ConfigureAwait(false);
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It had ended before.
        }

        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(); // unshare takes process 1 with it (--kill-child)
        }

        _process.Dispose();
    }

    private static Process Run(ImmutableArray<PipeSession> sessions)
    {
        var number = 20;
        var redirections = string.Concat(sessions.SelectMany(session =>
            session.Descriptors.Zip(["<", ">", ">"], (descriptor, direction) =>
                string.Create(CultureInfo.InvariantCulture, $" {number++}{direction}/proc/{Environment.ProcessId}/fd/{descriptor}"))));

        // A session of its own: Ctrl-C at the terminal is for this program, which then ends the tree.
        var open = $$"""
            PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
            for program in setsid unshare; do
                [ -x "$(type -P $program)" ] || { echo "there is no program $program here" >&2; exit 1; }
            done
            [ $EUID = 0 ] && user= || user='--user --map-root-user'
            exec {{redirections}} || exit
            exec setsid unshare $user --net --mount --pid --fork --kill-child -- bash -c "$HOOKTRAIL_INIT" hooktrail "$@"
            """;
        var start = new ProcessStartInfo("bash")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
            ArgumentList = { "--noprofile", "--norc", "-c", open, "hooktrail" },
            Environment = { ["HOOKTRAIL_INIT"] = Resource.Read("init.sh"), ["HOOKTRAIL_AGENT"] = Agent.Script, ["LC_ALL"] = "C" },
        };
        foreach (var session in sessions)
            start.ArgumentList.Add(session.Name);
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new HooktrailException($"The namespace lab needs the program bash, which cannot be started here ({e.Message}): install it.", e);
        }
    }

    private async Task ReadProcessIdsAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        var waiting = Sessions.ToDictionary(session => session.Name);
        try
        {
            while (waiting.Count > 0)
            {
                var line = await _process.StandardOutput.ReadLineAsync(limit.Token).ConfigureAwait(false)
                    ?? throw Refused(await _error.WaitAsync(limit.Token).ConfigureAwait(false));
                var fields = line.Split(' ');
                if (waiting.Remove(fields[0], out var session))
                    session.Started(int.Parse(fields[1], CultureInfo.InvariantCulture));
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new HooktrailException(
                $"The namespace lab did not start within {Patience.TotalSeconds:0} seconds; see whether the machine is overloaded, and run again.");
        }
    }

    /// <summary>What the programs said when they could not go on, and what can be done about it.</summary>
    private static HooktrailException Refused(string error)
    {
        var said = string.Join(" | ", error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).TrimEnd('.');
        var advice = said.Contains("there is no program", StringComparison.Ordinal)
            ? "install util-linux and iproute2"
            : said.Contains("No space left", StringComparison.Ordinal)
                ? "raise the sysctls user.max_net_namespaces and user.max_user_namespaces, or end what uses them up"
                : Environment.UserName == "root" || Environment.IsPrivilegedProcess
                    ? "run it where root may unshare (a container needs CAP_SYS_ADMIN and a seccomp profile that allows it)"
                    : "run it as root, or allow user namespaces (sysctls user.max_user_namespaces, kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns)";
        return new HooktrailException(
            $"The namespace lab cannot have private namespaces on this machine ({(said.Length == 0 ? "no reason was given" : said)}): {advice}.");
    }
}
