using System.CommandLine;
using Hooktrail.Text;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>kernels fetch</c>: makes kernels bootable.</summary>
internal static class KernelsFetchVerb
{
    public static Verb Create()
    {
        var verb = new Verb(
            "fetch",
            "Fetches kernels and makes them bootable, for later runs without a network.",
            """
            Example:
              ./specs kernels fetch 5.10 6.1 6.12 6.18 newest
            """)
        {
            Arguments = { KernelOptions.Named },
            Options = { KernelOptions.Image, KernelOptions.Modules, KernelOptions.Refresh, KernelOptions.OnlyCheck },
        };
        verb.SetAction(RunAsync);
        return verb;
    }

    private static async Task<int> RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var wishes = KernelOptions.Wishes(line);
        if (line.GetValue(KernelOptions.OnlyCheck))
            return ExitCode.Done;
        foreach (var kernel in await KernelOptions.PrepareAsync(line, wishes, cancellation))
            await Terminal.Out.WriteLineAsync(PlainText.Of($"{kernel.Name}  {kernel.Title}  {kernel.Folder}"));
        return ExitCode.Done;
    }
}
