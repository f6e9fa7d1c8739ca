using Hooktrail.Cli;

namespace Hooktrail.Tests.Cli;

[TestFixture]
public class GuardTests
{
    [Test]
    public async Task A_fault_of_our_own_is_told_apart_from_bad_input_and_has_its_place_but_no_stack_trace()
    {
        var (exitCode, error) = await Guarded(() => throw new InvalidOperationException("It broke."));
        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(3));
            Assert.That(
                error,
                Does.StartWith("specs: bug in Hooktrail, InvalidOperationException in Hooktrail.Tests.Cli.GuardTests"));
            Assert.That(
                error, Does.EndWith(": It broke; please report it as an issue, with this line and the command.\n"));
            Assert.That(error.TrimEnd('\n'), Does.Not.Contain("\n"));
        });
    }

    [Test]
    public async Task What_the_user_can_mend_is_said_as_it_is()
    {
        var (exitCode, error) = await Guarded(() => throw new HooktrailException("Mend it."));
        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(2));
            Assert.That(error, Is.EqualTo("specs: Mend it.\n"));
        });
    }

    [Test]
    public async Task An_interruption_is_no_fault()
    {
        var (exitCode, error) = await Guarded(() => throw new OperationCanceledException());
        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(130));
            Assert.That(error, Does.StartWith("specs: interrupted"));
        });
    }

    [Test]
    public async Task A_full_disk_is_the_users_to_mend()
    {
        var (exitCode, error) = await Guarded(() => throw new IOException("No space left on device"));
        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(2));
            Assert.That(error, Does.Contain("No space left on device"));
        });
    }

    [Test]
    public async Task A_verbs_own_exit_code_is_kept()
    {
        var (exitCode, error) = await Guarded(() => Task.FromResult(1));
        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(1));
            Assert.That(error, Is.Empty);
        });
    }

    private static async Task<(int ExitCode, string Error)> Guarded(Func<Task<int>> run)
    {
        var error = new StringWriter();
        return (await Guard.Run(run, error), error.ToString());
    }
}
