using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using NUnit.Framework;

namespace Hooktrail.Tests.Offline.Kit;

/// <summary>Cucumber's compatibility kit: fetched from npm once, kept in the user's cache, never committed.</summary>
internal static class CompatibilityKit
{
    private const string Version = "30.0.0";
    private static readonly Lazy<string> Fetched = new(Fetch);

    /// <summary>Holds one folder for each sample. Ignores the test where the kit cannot be had.</summary>
    public static string Samples
    {
        get
        {
            try
            {
                return Fetched.Value;
            }
            catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                Assert.Ignore($"Cucumber's compatibility kit cannot be fetched: {e.Message}");
                throw;
            }
        }
    }

    private static string Fetch()
    {
        string cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } home
            ? home
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        string kit = Path.Combine(cache, "hooktrail", $"compatibility-kit-{Version}");
        if (!Directory.Exists(kit))
            Unpack(kit);
        return Path.Combine(kit, "features");
    }

    // Unpacked beside its place and moved there whole: a run that is cut off leaves no half of a kit.
    private static void Unpack(string kit)
    {
        string work = Directory.CreateDirectory($"{kit}.{Environment.ProcessId}").FullName;
        try
        {
            Pack(work);
            string package = Directory.GetFiles(work, "*.tgz").Single();
            using (var archive = new GZipStream(File.OpenRead(package), CompressionMode.Decompress))
                TarFile.ExtractToDirectory(archive, work, overwriteFiles: false);
            Directory.Move(Path.Combine(work, "package"), kit);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static void Pack(string folder)
    {
        string[] arguments = ["pack", $"@cucumber/compatibility-kit@{Version}", "--silent"];
        var start = new ProcessStartInfo("npm", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var npm = Process.Start(start)!;
        var output = npm.StandardOutput.ReadToEndAsync();
        string errors = npm.StandardError.ReadToEnd();
        npm.WaitForExit();
        if (npm.ExitCode != 0)
            throw new InvalidOperationException($"npm pack ended with {npm.ExitCode}. {errors}{output.Result}".Trim());
    }
}
