using System.Diagnostics;
using System.Formats.Tar;
using Docker.DotNet;
using Docker.DotNet.Models;
using Hooktrail.Docker.Engine;

namespace Hooktrail.Tests.Docker;

/// <summary>Skips where there is none, or fails with <c>SPECS_REQUIRE_LIVE=1</c>.</summary>
internal static class LiveEngine
{
    public const string Label = "org.hooktrail.engine-test";

    private static readonly string[] Programs =
        ["/bin/sh", "/bin/cat", "/usr/bin/seq", "/usr/bin/sleep", "/usr/bin/id"];

    /// <summary>No other test run on this Engine has it.</summary>
    public static string Run { get; } = $"hooktrail-engine-test-{Environment.ProcessId}";

    public static string Image { get; } = $"{Run}:latest";

    public static async Task<ContainerEngine> ConnectAsync()
    {
        try
        {
            return await ContainerEngine.ConnectAsync();
        }
        catch (HooktrailException e)
        {
            throw Skip.Because(e.Message);
        }
    }

    public static string OrSkip(string? thing, string lack) => thing ?? throw Skip.Because(lack);

    public static async Task ImportImageAsync()
    {
        using var client = await OpenAsync();
        using var tar = new MemoryStream();
        await WriteRootFileSystemAsync(tar);
        tar.Position = 0;
        await client.Images.CreateImageAsync(
            new ImagesCreateParameters { FromSrc = "-", Repo = Run, Tag = "latest" },
            tar,
            null,
            new Progress<JSONMessage>());
    }

    public static async Task RemoveImageAsync()
    {
        using var client = await OpenAsync();
        await client.Images.DeleteImageAsync(Image, new ImageDeleteParameters());
    }

    private static async Task<DockerClient> OpenAsync()
    {
        await using var engine = await ContainerEngine.ConnectAsync();
        var info = await engine.DescribeAsync();
        return new EngineConnection(EngineEndpoint.FromEnvironment(), info.ApiVersion).Open();
    }

    private static async Task WriteRootFileSystemAsync(Stream output)
    {
        await using var tar = new TarWriter(output, leaveOpen: true);
        var libraries = new HashSet<string>();
        foreach (var program in Programs)
        {
            await AddAsync(program);
            foreach (var library in await LibrariesOfAsync(program))
            {
                if (libraries.Add(library))
                    await AddAsync(library);
            }
        }

        foreach (var directory in new[] { "proc", "sys", "dev", "etc", "tmp" })
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, directory + "/"));

        async Task AddAsync(string path)
        {
            await using var content = File.OpenRead(path);
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, path.TrimStart('/'))
            {
                Mode = (UnixFileMode)0b111_101_101,
                DataStream = content,
            });
        }
    }

    /// <summary>With the loader, from ldd's lines: «name => /path (address)» or «/path (address)».</summary>
    private static async Task<IEnumerable<string>> LibrariesOfAsync(string program)
    {
        using var ldd = Process.Start(new ProcessStartInfo("ldd", program) { RedirectStandardOutput = true })!;
        var output = await ldd.StandardOutput.ReadToEndAsync();
        return output.Split([' ', '\t', '\n']).Where(word => word.StartsWith('/'));
    }
}
