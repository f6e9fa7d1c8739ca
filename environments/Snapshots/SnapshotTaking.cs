using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Hooktrail.Hosts;
using Hooktrail.Stations.Machines;

namespace Hooktrail.Snapshots;

/// <summary>Takes a snapshot of this machine, or of one of its network namespaces.</summary>
public static class SnapshotTaking
{
    // The script ends a request to an Engine after 30 seconds; it makes a few.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>Whether <c>DOCKER_HOST</c> names an Engine that need not be on this machine.</summary>
    public static bool IsEngineElsewhere =>
        Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } host
        && !host.StartsWith("unix:", StringComparison.Ordinal);

    /// <summary>The containers and networks of the Engine that <c>DOCKER_HOST</c> names, and no more.</summary>
    /// <exception cref="HooktrailException">The Engine does not answer.</exception>
    public static async Task<Snapshot> OfEngineAsync(CancellationToken cancellation = default)
    {
        var snapshot = await RunAsync(["sh", "-c", Snapshot.Script, "sh", "engine"], cancellation)
            .ConfigureAwait(false);
        return snapshot.Parts.Any(part => part.Succeeded)
            ? snapshot
            : throw new HooktrailException(
                $"The Engine at DOCKER_HOST cannot be asked: {string.Join(' ', snapshot.Failures)} Correct DOCKER_HOST, or unset it to take this host.");
    }

    public static Task<Snapshot> OfThisHostAsync(CancellationToken cancellation = default) =>
        RunAsync(["sh", "-c", Snapshot.Script, "sh"], cancellation);

    /// <summary>A namespace by a process in it; without the containers of the host.</summary>
    /// <exception cref="HooktrailException">There is no such process, or it may not be entered.</exception>
    public static Task<Snapshot> OfNamespaceAsync(int processId, CancellationToken cancellation = default) =>
        RunAsync([.. Entering(processId), "sh", "-c", Snapshot.Script, "sh", "namespace"], cancellation);

    /// <summary>
    /// A namespace of a machine, by a process in it there. Its tools take most of the time, and none waits for another:
    /// devices and rules are read side by side.
    /// </summary>
    /// <exception cref="HooktrailException">The machine lacks a tool, or ends.</exception>
    public static async Task<Snapshot> OfNamespaceAsync(
        IMachine machine, int processId, CancellationToken cancellation = default)
    {
        var halves = await Task.WhenAll(
            HalfAsync(machine, processId, "devices", cancellation),
            HalfAsync(machine, processId, "rules", cancellation)).ConfigureAwait(false);
        return new([.. halves.SelectMany(half => half.Parts)]);
    }

    private static async Task<Snapshot> HalfAsync(
        IMachine machine, int processId, string which, CancellationToken cancellation)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bounded.CancelAfter(Longest);
        await using var process = await machine.StartAsync(
            new MachineProgram(
                [
                    "nsenter", .. machine.IsRoot ? Array.Empty<string>() : ["--user", "--preserve-credentials"],
                    "--net", "--target", processId.ToString(CultureInfo.InvariantCulture),
                    "sh", "-c", Snapshot.Script, "sh", "namespace", which,
                ])
            {
                Writes = [MachineProgram.Output, MachineProgram.Error],
            },
            bounded.Token).ConfigureAwait(false);
        try
        {
            var (output, error) = (
                ReadAsync(process.ReaderOf(MachineProgram.Output), bounded.Token),
                ReadAsync(process.ReaderOf(MachineProgram.Error), bounded.Token));
            using var said = await error.ConfigureAwait(false);
            using var printed = await output.ConfigureAwait(false);
            return printed.Length > 0
                ? SnapshotJson.Read(printed, "What the script printed")
                : throw new HooktrailException(
                    $"No snapshot could be taken {machine.Place}: {Encoding.UTF8.GetString(said.ToArray()).Trim().TrimEnd('.')}.");
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            cancellation.ThrowIfCancellationRequested();
            throw Late();
        }
    }

    /// <summary>The words before a command that let it run in the network namespace of a process.</summary>
    /// <exception cref="HooktrailException">There is no such process.</exception>
    public static ImmutableArray<string> Entering(int processId)
    {
        var process = processId.ToString(CultureInfo.InvariantCulture);
        return Directory.Exists($"/proc/{process}")
            ?
            [
                "nsenter", .. IsOfAnotherUserNamespace(process) ? ["--user", "--preserve-credentials"] : Array.Empty<string>(),
                "--net", "--target", process,
            ]
            : throw new HooktrailException(
                $"There is no process {process} on this machine; name one that runs in the namespace (lsns -t net shows some).");
    }

    // In a user namespace of their own, ordinary users have all rights over its network namespaces.
    private static bool IsOfAnotherUserNamespace(string process) =>
        File.ResolveLinkTarget($"/proc/{process}/ns/user", returnFinalTarget: false)?.Name
        != File.ResolveLinkTarget("/proc/self/ns/user", returnFinalTarget: false)?.Name;

    private static async Task<Snapshot> RunAsync(string[] command, CancellationToken cancellation)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bounded.CancelAfter(Longest);
        using var process = Start(command);
        process.StandardInput.Close();
        var (output, error) = (
            ReadAsync(process.StandardOutput.BaseStream, bounded.Token),
            process.StandardError.ReadToEndAsync(bounded.Token));
        try
        {
            await process.WaitForExitAsync(bounded.Token).ConfigureAwait(false);
            using var printed = await output.ConfigureAwait(false);
            return process.ExitCode == 0
                ? SnapshotJson.Read(printed, "What the script printed")
                : throw new HooktrailException(
                    $"No snapshot could be taken: {(await error.ConfigureAwait(false)).Trim().TrimEnd('.')}; run it as root.");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellation.ThrowIfCancellationRequested();
            throw Late();
        }
    }

    private static HooktrailException Late() => new(
        $"No snapshot could be taken within {Longest.TotalMinutes:0} minutes; one of the host's tools hangs: run the script that --script prints, to see which.");

    private static async Task<MemoryStream> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        var read = new MemoryStream();
        await stream.CopyToAsync(read, cancellation).ConfigureAwait(false);
        read.Position = 0;
        return read;
    }

    private static Process Start(string[] command)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (Win32Exception wrong)
        {
            throw new HooktrailException(
                $"A snapshot needs the program {command[0]}, which failed to start ({wrong.Message}): install it.", wrong);
        }
    }
}
