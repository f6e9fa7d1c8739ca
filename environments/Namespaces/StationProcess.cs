using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Threading.Channels;
using Hooktrail.Trails;

namespace Hooktrail.Namespaces;

/// <summary>
/// A perl program in the namespaces of a station. It ends with its standard input, and so with this program, however that ends; and if it hung,
/// it would end with the lab's process 1, as everybody in its pid namespace does.
/// </summary>
internal sealed class StationProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly Task _pump;

    private StationProcess(Process process)
    {
        _process = process;
        _pump = PumpAsync();
    }

    /// <summary>What it reads.</summary>
    public TextWriter Input => _process.StandardInput;

    /// <summary>What it writes, by lines; completes when it has ended.</summary>
    public ChannelReader<string> Lines => _lines.Reader;

    /// <summary>Starts a program next to the agent of a station.</summary>
    /// <exception cref="HooktrailException">The program nsenter is missing.</exception>
    public static StationProcess Start(NamespaceHost host, string station, string script, params ImmutableArray<string> arguments)
    {
        var id = host[station].Session.ProcessId;
        // Root's lab has no user namespace of its own.
        var own = new FileInfo("/proc/self/ns/user").LinkTarget == new FileInfo($"/proc/{id}/ns/user").LinkTarget;
        var start = new ProcessStartInfo("nsenter")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["LC_ALL"] = "C" },
        };
        foreach (var argument in (string[])[.. own ? Array.Empty<string>() : ["--user", "--preserve-credentials"], "--net", "--pid", "--target", $"{id}", "perl", "-e", script, .. arguments])
            start.ArgumentList.Add(argument);
        try
        {
            return new(Process.Start(start)!);
        }
        catch (Win32Exception e)
        {
            throw new HooktrailException($"The namespace lab needs the program nsenter, which cannot be started here ({e.Message}): install util-linux.", e);
        }
    }

    /// <summary>Ends it, by the end of its input.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _process.StandardInput.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It has ended already.
        }

        await _pump.ConfigureAwait(false);
        await _process.WaitForExitAsync().ConfigureAwait(false);
        _process.Dispose();
    }

    private async Task PumpAsync()
    {
        try
        {
            while (await _process.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
                _lines.Writer.TryWrite(line);
        }
        finally
        {
            _lines.Writer.Complete();
        }
    }
}
