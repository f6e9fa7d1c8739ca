using System.Diagnostics;
using Hooktrail.Namespaces;

namespace Hooktrail.Tests.Twins;

/// <summary>Changes a twin that runs, as another user of its machine could.</summary>
internal static class BehindItsBack
{
    /// <summary>Runs a shell script in the host's namespace; gives what it prints.</summary>
    /// <param name="namespaces">Those of the twin, its host's first.</param>
    /// <param name="script">Fails with its first command that fails.</param>
    public static string Run(ImmutableArray<(string Name, int ProcessId)> namespaces, string script)
    {
        var entrance = ThisMachine.Instance.Entrance(namespaces[0].ProcessId).Split(' ');
        var start = new ProcessStartInfo(entrance[0], [.. entrance[1..], "sh", "-ec", script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] += ":/usr/sbin:/sbin";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, error.Result);
        return output;
    }
}
