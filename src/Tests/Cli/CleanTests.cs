namespace Hooktrail.Tests.Cli;

/// <summary>The verb clean without an Engine, in a new network namespace that hides this host's other runs.</summary>
[TestFixture]
public class CleanTests
{
    private const string NoEngine = "unix:///no-such/docker.sock";

    [Test]
    public async Task Without_an_Engine_it_says_what_was_not_looked_for()
    {
        var ran = await CleanAsync("ip link add lab type bridge && ip link add ht-lab type bridge");
        Assert.Multiple(() =>
        {
            Assert.That(ran.ExitCode, Is.Zero, ran.Error);
            Assert.That(ran.Error, Is.Empty);
            Assert.That(
                ran.Output,
                Does.StartWith(
                    $"No Docker Engine answers at {NoEngine}, so the check for containers and networks of Docker labs was skipped; "));
            Assert.That(ran.Output.TrimEnd('\n'), Does.Not.Contain("\n"));
        });
    }

    [Test]
    public async Task Where_devices_of_a_Docker_lab_are_left_it_asks_for_the_Engine()
    {
        var ran = await CleanAsync("ip link add ht-ab1cd-lab type bridge && ip link add ht-ab1cd-wan type bridge");
        Assert.Multiple(() =>
        {
            Assert.That(ran.ExitCode, Is.EqualTo(2));
            Assert.That(ran.Output, Is.Empty);
            Assert.That(ran.Error, Does.Contain("(ht-ab1cd-lab, ht-ab1cd-wan)").And.Contain(NoEngine));
            Assert.That(ran.Error.TrimEnd('\n'), Does.Not.Contain("\n"));
        });
    }

    [Test]
    public async Task A_socket_that_makes_no_sense_is_not_taken_for_a_missing_Engine()
    {
        var ran = await Specs.Start("dotnet", [Specs.Path, "clean"], null, ("DOCKER_HOST", "nonsense"));
        // What earlier guests left needs no Engine, and may be there.
        var lines = ran.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.All.StartsWith("Removed "));
        Assert.That(ran.ExitCode, Is.EqualTo(2));
    }

    // On a host that has these devices too.
    private static async Task<Ran> CleanAsync(string devices)
    {
        var ran = await Specs.Start(
            "unshare",
            [
                "--user", "--map-root-user", "--net", "bash", "-c",
                $"{devices} || exit 99; exec dotnet \"$@\"", "bash", Specs.Path, "clean"
            ],
            null,
            ("DOCKER_HOST", NoEngine));
        if (ran.ExitCode == 99 || ran.Error.StartsWith("unshare:", StringComparison.Ordinal))
            throw Skip.Because("It needs user namespaces and ip.", ran.Error);
        return ran;
    }
}
