using System.Diagnostics;

namespace Hooktrail.Tests.Live;

/// <summary>A host in a private network namespace (host.sh), which ends with the test.</summary>
internal sealed class PrivateHost : IDisposable
{
    private readonly Process _process;

    private PrivateHost(Process process, int id) => (_process, ProcessId) = (process, id);

    /// <summary>A process in its network namespace.</summary>
    public int ProcessId { get; }

    public static PrivateHost Start()
    {
        var start = PrivateNamespace.Start("bash", Path.Combine(AppContext.BaseDirectory, "host.sh"));
        var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        if (Answer(process) is { Code: { } id })
            return new(process, id);
        process.WaitForExit();
        throw PrivateNamespace.IsLacking(process, error.Result)
            ? Skip.Because("It needs user namespaces, ip, nft, iptables and perl.", error.Result)
            : new AssertionException(error.Result);
    }

    /// <summary>Runs a command in the host's namespace; returns what it prints.</summary>
    public string Run(string command)
    {
        var (output, code) = TryRun(command);
        Assert.That(code, Is.Zero, $"{command}\n{output}");
        return output;
    }

    public (string Output, int Code) TryRun(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
        var (output, code) = Answer(_process);
        return (output, code ?? throw new AssertionException($"The host ended at {command}\n{output}"));
    }

    /// <summary>A connection from outside that is opened and closed in order.</summary>
    public void Connect(string from, string to, int port) => Run($"o perl -e \"$connect\" {from} {to} {port}");

    /// <summary>Leaves a process that reads records the smallest buffer that a socket can have.</summary>
    public void ShrinkBuffer(int reader) => Run($"perl -e \"$shrink\" {reader}");

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(20)))
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static (string Output, int? Code) Answer(Process process)
    {
        var lines = new List<string>();
        while (process.StandardOutput.ReadLine() is { } line)
            if (line.StartsWith("= ", StringComparison.Ordinal))
                return (string.Join('\n', lines), int.Parse(line[2..], CultureInfo.InvariantCulture));
            else
                lines.Add(line);
        return (string.Join('\n', lines), null);
    }
}
