using System.CommandLine;
using Hooktrail.Kernels;
using Hooktrail.Kernels.Archive;
using Hooktrail.Kernels.Runs;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>kernels list</c>: the available kernels.</summary>
internal static class KernelsListVerb
{
    private static readonly Option<bool> All = new("--all")
    {
        Description = "Lists every release, instead of only the newest of each series and suite.",
    };

    public static Verb Create()
    {
        var verb = new Verb(
            "list",
            "Lists the kernels that can be fetched, marks those already fetched, and shows the userlands and how to use your own.",
            """
            Examples:
              ./specs kernels list
              ./specs kernels list --all --refresh
            """)
        {
            Options = { All, KernelOptions.Refresh },
        };
        verb.SetAction(RunAsync);
        return verb;
    }

    private static async Task<int> RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var cache = KernelsCache.Open();
        var archive = DebianArchive.Open(cache);
        var served = await archive.KernelsAsync(
            line.GetValue(KernelOptions.Refresh), KernelOptions.Say, cancellation);
        var userlands = await archive.UserlandsAsync(cancellation);
        await Terminal.Out.WriteAsync(
            KernelListText.Of(served, userlands, new KernelStore(cache).Has, line.GetValue(All)));
        return ExitCode.Done;
    }
}
