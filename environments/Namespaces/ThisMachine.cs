using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipes;
using Hooktrail.Stations.Machines;

namespace Hooktrail.Namespaces;

/// <summary>
/// The machine that this program runs on. A process opens its pipes by their names, /proc/PID/fd/N, before anything
/// else. No other child of this program inherits one, so each side notices at once when the other closes its end.
/// </summary>
public sealed class ThisMachine : IMachine
{
    public static readonly ThisMachine Instance = new();

    private ThisMachine()
    {
    }

    public string Place => "on this machine";

    public bool IsRoot => Environment.IsPrivilegedProcess;

    public string Advice => IsRoot
        ? "run where root can unshare (a container needs CAP_SYS_ADMIN and a seccomp profile that allows it)"
        : "run as root, or allow user namespaces (sysctls user.max_user_namespaces, kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns)";

    public int DescriptorLimit => int.MaxValue;

    /// <remarks>An ordinary user's namespaces belong to a user namespace, which must be entered first.</remarks>
    public string Entrance(int processId) =>
        $"nsenter {(IsRoot ? "" : "--user --preserve-credentials ")}--net --mount --target {processId}";

    public async Task<IMachineProcess> StartAsync(MachineProgram program, CancellationToken cancellation = default)
    {
        var process = new Local(program);
        try
        {
            await process.StartAsync(cancellation).ConfigureAwait(false);
            return process;
        }
        catch
        {
            await process.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Does nothing: the machine keeps running.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Local : IMachineProcess
    {
        private readonly MachineProgram _program;
        private readonly ImmutableSortedDictionary<int, AnonymousPipeServerStream> _more;
        private Process? _process;

        public Local(MachineProgram program)
        {
            _program = program;
            _more = More(program.Reads, PipeDirection.Out)
                .Concat(More(program.Writes, PipeDirection.In))
                .ToImmutableSortedDictionary();
        }

        public int ProcessId => _process!.Id;

        public Stream WriterTo(int descriptor) =>
            descriptor == MachineProgram.Input ? _process!.StandardInput.BaseStream : _more[descriptor];

        public Stream ReaderOf(int descriptor) => descriptor switch
        {
            MachineProgram.Output => _process!.StandardOutput.BaseStream,
            MachineProgram.Error => _process!.StandardError.BaseStream,
            _ => _more[descriptor],
        };

        public Task WaitForExitAsync(CancellationToken cancellation) => _process!.WaitForExitAsync(cancellation);

        public void Kill() => _process!.Kill();

        public async Task StartAsync(CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            using var opened = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.None);
            _process = Run(_more.IsEmpty ? _program.Command : Opening(opened));
            if (_more.IsEmpty)
                return;
            // The process needs this program's copies until it has opened its ends; after that, the
            // copies would hide the end of a pipe.
            var open = opened.ReadAsync(new byte[1], CancellationToken.None).AsTask();
            await Task.WhenAny(open, _process.WaitForExitAsync(CancellationToken.None)).ConfigureAwait(false);
            opened.DisposeLocalCopyOfClientHandle();
            foreach (var pipe in _more.Values)
                pipe.DisposeLocalCopyOfClientHandle();
            await open.ConfigureAwait(false);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var pipe in _more.Values)
                await pipe.DisposeAsync().ConfigureAwait(false);
            _process?.Dispose();
        }

        private static IEnumerable<KeyValuePair<int, AnonymousPipeServerStream>> More(
            ImmutableArray<int> descriptors, PipeDirection direction) =>
            descriptors.Where(descriptor => descriptor > MachineProgram.Error)
                .Select(descriptor => KeyValuePair.Create(
                    descriptor, new AnonymousPipeServerStream(direction, HandleInheritability.None)));

        private Process Run(ImmutableArray<string> command)
        {
            var start = new ProcessStartInfo(command[0])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = _program.Writes.Contains(MachineProgram.Error),
                WorkingDirectory = "/",
            };
            foreach (var argument in command.Skip(1))
                start.ArgumentList.Add(argument);
            foreach (var (name, value) in _program.Environment)
                start.Environment[name] = value;
            try
            {
                return Process.Start(start)!;
            }
            catch (Win32Exception e)
            {
                throw new HooktrailException(
                    $"The namespace lab needs the program {command[0]}, which failed to start ({e.Message}): install it.",
                    e);
            }
        }

        // The command; it runs after bash has opened the pipes and reported that.
        private ImmutableArray<string> Opening(AnonymousPipeServerStream opened)
        {
            static string Name(AnonymousPipeServerStream pipe) => string.Create(
                CultureInfo.InvariantCulture,
                $"/proc/{Environment.ProcessId}/fd/{pipe.ClientSafePipeHandle.DangerousGetHandle()}");
            var redirections = string.Concat(_more.Select(
                pipe => $" {pipe.Key}{(_program.Reads.Contains(pipe.Key) ? '<' : '>')}{Name(pipe.Value)}"));
            return
            [
                "bash", "--noprofile", "--norc", "-c",
                $"exec{redirections} 19>{Name(opened)} || exit; echo >&19; exec 19>&- \"$@\"", "hooktrail",
                .. _program.Command
            ];
        }
    }
}
