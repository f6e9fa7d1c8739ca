using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Hooktrail.Kernels.Archive;
using Hooktrail.Kernels.Machine;

namespace Hooktrail.Tests.Kernels;

/// <summary>
/// Twins of hosts in guests, where QEMU, a kernel and the disk are prepared (./specs kernels boot). Skipped elsewhere,
/// unless SPECS_REQUIRE_GUEST=1. A boot takes minutes.
/// </summary>
[TestFixture]
[CancelAfter(1_800_000)]
public class TwinTests
{
    [Test]
    public async Task Every_answer_of_a_host_is_verified_rule_by_rule_on_another_kernel(CancellationToken cancel)
    {
        var kernel = await KernelAsync(cancel);

        var ran = await RunAsync(
            [
                "reach", "--snapshot", Path.Combine(Metadata("Hosts"), "firewalld.snapshot"), "--format", "json",
                "--verify", "--kernel", kernel,
            ],
            cancel);

        Assert.That(ran.Error, Does.Match(
            $"(?m)^([1-9][0-9]*) of \\1 answers verified by a twin on Linux {Regex.Escape(kernel)}, in a guest; 0 otherwise, 0 not verified$"));
        Assert.That(ran.Code, Is.Zero, ran.Error);
        using var json = JsonDocument.Parse(ran.Output);
        Assert.That(
            json.RootElement.GetProperty("cells").EnumerateArray().Select(cell => cell.GetProperty("verdict").GetString()),
            Does.Contain("yes").And.Contain("no"));
        Assert.That(
            json.RootElement.GetProperty("verified").GetProperty("cells").EnumerateArray()
                .Select(cell => cell.GetProperty("reason").GetString()),
            Has.Some.Match($"^in a twin of the host on Linux {Regex.Escape(kernel)}, in a guest, .* [1-9][0-9]* rules?$"));
        Assert.That(GuestLeftovers.Guests().Where(one => one.Owner.ProcessId == ran.Process), Is.Empty);
    }

    // The newest that is prepared, as 6.12.117.
    private static async Task<string> KernelAsync(CancellationToken cancel)
    {
        try
        {
            return (await PreparedGuest.FindAsync(KernelWish.Parse("newest"), cancel)).Kernel.Title.Split('-', '+', '~')[0];
        }
        catch (HooktrailException e)
        {
            if (Environment.GetEnvironmentVariable("SPECS_REQUIRE_GUEST") == "1")
                Assert.Fail($"{e.Message} (A failure because SPECS_REQUIRE_GUEST=1 is set.)");
            Assert.Ignore(e.Message);
            throw;
        }
    }

    private static async Task<(int Code, string Output, string Error, int Process)> RunAsync(
        string[] arguments, CancellationToken cancel)
    {
        using var run = Process.Start(new ProcessStartInfo("dotnet", ["exec", Metadata("Cli"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        run.StandardInput.Close();
        var (output, error) = (run.StandardOutput.ReadToEndAsync(cancel), run.StandardError.ReadToEndAsync(cancel));
        await run.WaitForExitAsync(cancel);
        return (run.ExitCode, await output, await error, run.Id);
    }

    private static string Metadata(string key) => typeof(TwinTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == key).Value!;
}
