using System.Diagnostics;
using Hooktrail.Namespaces;

namespace Hooktrail.Tests.Namespaces;

/// <summary>Without private namespaces tests are skipped, or fail where <c>SPECS_REQUIRE_LIVE=1</c>.</summary>
internal static class Spaces
{
    public static async Task<NamespaceHost> StartAsync(NamespaceTopology topology, CancellationToken cancel = default)
    {
        // Most of these tests ask who reaches whom.
        if (!Environment.GetEnvironmentVariable("PATH")!
            .Split(':')
            .Any(folder => File.Exists(Path.Combine(folder, "ping"))))
            throw Skip.Because("It needs ping.");
        try
        {
            return await NamespaceHost.StartAsync(topology, cancel);
        }
        catch (HooktrailException e)
            when (e.Message.Contains("cannot create private namespaces", StringComparison.Ordinal))
        {
            throw Skip.Because(e.Message);
        }
    }

    /// <summary>Program.cs in a separate process; <paramref name="who"/> is a prefix that changes the user.</summary>
    public static Process Run(IReadOnlyList<string> who, params string[] arguments)
    {
        string[] command = [.. who, Environment.ProcessPath!, "exec", typeof(Program).Assembly.Location, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
            Environment = { ["DOTNET_EnableDiagnostics"] = "0" }, // it would leave a socket where it is killed
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) != "dotnet")
            throw Skip.Because(
                "These tests start themselves again by dotnet exec, and run under another program now; run them by dotnet test.");
        return Process.Start(start)!;
    }

    /// <summary>The lines printed, up to the last.</summary>
    public static async Task<IReadOnlyList<string>> AnswerAsync(Process process, CancellationToken cancel)
    {
        var lines = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(cancel) is { } line)
        {
            if (line == "done")
                return lines;
            lines.Add(line);
        }

        throw new AssertionException(
            $"The process ended before it was done; it printed «{string.Join(" | ", lines)}».");
    }

    public static async Task<IReadOnlyList<string>> AskAsync(
        IReadOnlyList<string> who, CancellationToken cancel, params string[] arguments)
    {
        using var process = Run(who, arguments);
        var answer = await AnswerAsync(process, cancel);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancel);
        return answer;
    }

    /// <summary>A prefix that runs a command without any right; empty if this user has none already.</summary>
    public static IReadOnlyList<string> Ordinary()
    {
        if (!Environment.IsPrivilegedProcess)
            return [];
        string[] nobody =
        [
            "setpriv",
            "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--"
        ];
        try
        {
            using var attempt = Process.Start(new ProcessStartInfo(
                nobody[0],
                [.. nobody[1..], "unshare", "--user", "--net", "test", "-r", typeof(Program).Assembly.Location])
            {
                RedirectStandardError = true,
            })!;
            var said = attempt.StandardError.ReadToEnd().Trim();
            attempt.WaitForExit();
            if (attempt.ExitCode == 0)
                return nobody;
            throw Skip.Because(
                $"No ordinary user can run these tests here: {(said.Length > 0 ? said : "the tests are in a directory that only root may read")}.");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw Skip.Because($"No ordinary user can be made here: {e.Message}.");
        }
    }

    /// <summary>Skips the test where the lab cannot start.</summary>
    public static async Task NeedsLabAsync() => await (await StartAsync(NamespaceTopology.Small)).DisposeAsync();

    public static void NeedsRoot()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Ignore("Only root can be denied something that it has.");
    }
}
