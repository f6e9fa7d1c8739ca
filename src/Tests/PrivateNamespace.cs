using System.Diagnostics;

namespace Hooktrail.Tests;

/// <summary>A new network namespace for the real tools; any user may make one.</summary>
internal static class PrivateNamespace
{
    /// <summary>A command in the namespace, as its root; its streams are redirected.</summary>
    public static ProcessStartInfo Start(params IEnumerable<string> command)
    {
        var start = new ProcessStartInfo("unshare", ["--user", "--map-root-user", "--net", .. command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] += ":/usr/sbin:/sbin";
        return start;
    }

    /// <summary>
    /// Runs a shell script in a folder with the files; gives its output. A script that lacks a tool exits with 77.
    /// </summary>
    public static string Run(string script, params IEnumerable<(string Name, string Text)> files)
    {
        var folder = Directory.CreateTempSubdirectory("hooktrail-");
        try
        {
            foreach (var (name, text) in files)
                File.WriteAllText(Path.Combine(folder.FullName, name), text);
            return Run(script, folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Whether the process could not have a namespace, or lacked a tool in it.</summary>
    public static bool IsLacking(Process ended, string error) =>
        ended.ExitCode == 77 || error.StartsWith("unshare:", StringComparison.Ordinal);

    private static string Run(string script, string folder)
    {
        var start = Start("sh", "-ec", $"ip link set lo up || exit 77\n{script}");
        start.WorkingDirectory = folder;
        start.Environment["XTABLES_LOCKFILE"] = Path.Combine(folder, "lock");
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (IsLacking(process, error.Result))
            throw Skip.Because("It needs user namespaces, ip, nft, iptables and ebtables.", error.Result);
        Assert.That(process.ExitCode, Is.Zero, error.Result);
        return output;
    }
}
