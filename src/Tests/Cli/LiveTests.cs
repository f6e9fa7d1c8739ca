namespace Hooktrail.Tests.Cli;

/// <summary>What acts on the running host says what it cannot do before it reads anything.</summary>
public sealed class LiveTests
{
    private const string Question = "check --from host --to host:22";

    [TestCase("--live --snapshot shop.snapshot")]
    [TestCase("--live --verify")]
    [TestCase("--live --set ip_forward=0")]
    [TestCase("--live --kernel 5.10")]
    [TestCase("--live --docker 29")]
    public async Task Live_is_about_this_host_as_it_is_now(string options)
    {
        var ran = await Specs.Line($"{Question} {options}");

        Assert.That(ran.ExitCode, Is.EqualTo(2));
        Assert.That(ran.Error, Does.Contain("--live sends packets on this host as it is now"));
    }

    [TestCase("--inject")]
    [TestCase("--namespace 1")]
    [TestCase("--verify --inject")]
    public async Task Options_of_live_need_it(string options)
    {
        var ran = await Specs.Line($"{Question} {options}");

        Assert.That(ran.ExitCode, Is.EqualTo(2));
        Assert.That(ran.Error, Does.Contain("--inject and --namespace go with --live"));
    }

    [TestCase("watch", "name its receiver with --to")]
    [TestCase("watch --to host:22 --packets 0", "is not a number of packets")]
    [TestCase("watch --to host:22 --seconds 86401", "is not a number of seconds")]
    [TestCase("watch --to host:22 --rate 201", "is not a number of packets a second")]
    [TestCase("watch --to host:22 --protocol ftp", "ftp")]
    public async Task A_watch_has_a_flow_and_bounds(string line, string said)
    {
        var ran = await Specs.Line(line);

        Assert.That(ran.ExitCode, Is.EqualTo(2));
        Assert.That(ran.Error, Does.Contain(said));
    }

    [Test]
    public async Task A_namespace_of_no_process_is_refused()
    {
        var ran = await Specs.Line("watch --to host:22 --namespace 4194305");

        Assert.That(ran.ExitCode, Is.EqualTo(2));
        Assert.That(ran.Error, Does.Contain("There is no process 4194305"));
    }
}
