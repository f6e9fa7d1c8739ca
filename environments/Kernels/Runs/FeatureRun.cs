using Hooktrail.Kernels.Machine;
using Hooktrail.Records;

namespace Hooktrail.Kernels.Runs;

/// <summary>Runs the features in another process: <c>./specs run</c> with the address of the guest's Engine.</summary>
/// <remarks>Private hosts run in network namespaces, here in the guest.</remarks>
internal sealed class FeatureRun(Checkout checkout, string filter, bool privateHosts)
{
    private const string Script = """
        root=$1 configuration=$2 cli=$3 filter=$4 lab_why=$5
        caller=$PWD prepare=$root/environments/prepare state=$root/.hooktrail
        die() { printf 'specs: %s\n' "$*" >&2; exit 2; }
        . "$prepare/tests.sh" && run_tests run
        """;

    /// <returns>The exit code of <c>./specs run</c>.</returns>
    public async Task<int> RunAsync(Guest guest, GuestMachine machine, string folder, CancellationToken cancellation)
    {
        var configuration = Path.GetFileName(
            Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)))!;
        await using var process = Lifeline.Start(
            [
                "bash", "--noprofile", "--norc", "-c", Script, "features", checkout.Root,
                configuration, Path.Combine(AppContext.BaseDirectory, "Hooktrail.Cli.dll"), filter,
                $"on the Docker Engine of a guest with Linux {guest.Release}",
            ],
            new Dictionary<string, string?>
            {
                ["DOCKER_HOST"] = guest.Endpoint,
                ["DOCKER_API_VERSION"] = null,
                ["DOCKER_TLS_VERIFY"] = null,
                ["SPECS_LAB"] = "docker",
                ["SPECS_LAB_REASON"] = null,
                ["SPECS_REQUIRE_LIVE"] = null, // what a kernel lacks is a result, not a fault of this machine
                ["SPECS_OUT"] = folder,
                // beside the guest's Engine, because they are to show the guest's kernel
                ["SPECS_OWN_HOSTS"] = privateHosts ? null : "none",
                ["SPECS_THROWAWAY"] = "1", // the guest ends with the run, and the lab with it
                ["SPECS_PATIENCE"] = Environment.GetEnvironmentVariable("SPECS_PATIENCE") is { Length: > 0 } set ? set
                    : machine.Slowness.ToString(CultureInfo.InvariantCulture),
            },
            checkout.Root);
        await using var log = new StreamWriter(Path.Combine(folder, "features.log"))
        {
            AutoFlush = true,
            NewLine = "\n"
        };
        await Task.WhenAll(
            CopyAsync(process.Output, log, cancellation),
            CopyAsync(process.Error, log, cancellation)).ConfigureAwait(false);
        return await process.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// The number of scenarios that have ended, from a file to which the features add a line for each. Reqnroll writes
    /// the Cucumber Messages too late for that.
    /// </summary>
    public static int Ended(string folder)
    {
        try
        {
            using var ended = new FileStream(
                Path.Combine(folder, RunFiles.EndedScenarios),
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(ended);
            return reader.ReadToEnd().Count(character => character == '\n');
        }
        catch (IOException)
        {
            return 0; // the file does not exist yet
        }
    }

    private static async Task CopyAsync(StreamReader from, StreamWriter to, CancellationToken cancellation)
    {
        while (await from.ReadLineAsync(cancellation).ConfigureAwait(false) is { } line)
            lock (to)
                to.WriteLine(line);
    }
}
