using System.ComponentModel;
using System.Diagnostics;

namespace Hooktrail.Kernels.Machine;

/// <summary>
/// Runs a program that ends when this process ends for any reason, together with everything that it started. A shell in
/// a separate session passes input on to the program. When the pipe is closed, by this process or by the kernel after
/// <c>kill -9</c>, the shell kills its process group. If the shell itself is killed, the kernel kills the program
/// (PR_SET_PDEATHSIG, which follows the thread that started the program and so needs a single-threaded parent: the
/// shell). The disown keeps a message about the shell's helper out of the program's errors. If a signal kills the
/// program, one plain line replaces bash's report, which would quote the shell's source: bash may write it at any time
/// after the program has begun, so nothing that bash itself says goes to the program's errors from then on.
/// </summary>
internal sealed class Lifeline : IAsyncDisposable
{
    private const string Script = """
        PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
        exec 3<&0
        coproc lifeline {
            while IFS= read -r -u 3 line; do printf '%s\n' "$line"; done
            kill -KILL 0
        }
        disown "$lifeline_PID"
        exec 4<&"${lifeline[0]}" 5>&2 2>/dev/null
        setpriv --pdeathsig KILL -- "$@" <&4 2>&5 3<&- 4<&- 5>&- &
        wait $!
        status=$?
        ((status <= 128)) || printf 'it was ended by SIG%s\n' "$(kill -l "$status")" >&5
        kill -KILL "$lifeline_PID"
        exit $status
        """;

    private readonly Process _process;
    private bool _ended;

    private Lifeline(Process process) => _process = process;

    public StreamReader Output => _process.StandardOutput;

    public StreamReader Error => _process.StandardError;

    public StreamWriter Input => _process.StandardInput;

    /// <summary>The shell's process id, which is also the id of its session and process group.</summary>
    public int ProcessId => _process.Id;

    /// <remarks>A variable whose value is null is unset; a null folder means this process's.</remarks>
    /// <exception cref="HooktrailException">There is no bash or setsid here.</exception>
    public static Lifeline Start(
        IEnumerable<string> command, IReadOnlyDictionary<string, string?>? environment = null, string? folder = null)
    {
        var start = new ProcessStartInfo(
            "setsid", ["bash", "--noprofile", "--norc", "-c", Script, "lifeline", .. command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        try
        {
            return new(Process.Start(start)!);
        }
        catch (Win32Exception e)
        {
            throw new HooktrailException(
                $"Guests need the program setsid, which failed to start ({e.Message}): install util-linux.", e);
        }
    }

    /// <returns>The program's exit code.</returns>
    public async Task<int> WaitAsync(CancellationToken cancellation = default)
    {
        await _process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        return _process.ExitCode;
    }

    /// <summary>Ends the program and everything that it started, and waits until all have ended.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_ended)
            return;
        _ended = true;
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program has ended already.
        }

        await _process.WaitForExitAsync().ConfigureAwait(false);
        _process.Dispose();
    }
}
