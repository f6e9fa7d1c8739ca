using System.Diagnostics;

namespace Hooktrail.Tests.Rules;

/// <summary>A new network namespace for the real tools; any user may make one.</summary>
internal static class Namespace
{
    /// <summary>A script that lacks a tool must exit with 77.</summary>
    public static string Run(string script, params ReadOnlySpan<(string Name, string Text)> files)
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

    private static string Run(string script, string folder)
    {
        var start = new ProcessStartInfo("unshare", ["--user", "--map-root-user", "--net", "sh", "-ec", "ip link set lo up || exit 77\n" + script])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] += ":/usr/sbin:/sbin";
        start.Environment["XTABLES_LOCKFILE"] = Path.Combine(folder, "lock");
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode == 77 || error.Result.StartsWith("unshare:", StringComparison.Ordinal))
            throw Skip.Because("It needs user namespaces, ip, nft and iptables.", error.Result);
        Assert.That(process.ExitCode, Is.Zero, error.Result);
        return output;
    }
}
