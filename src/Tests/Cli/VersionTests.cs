namespace Hooktrail.Tests.Cli;

public class VersionTests
{
    [Test]
    public async Task The_script_prints_the_version_of_the_build_and_builds_nothing_for_it()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Ignore("The command ./specs is a script for Linux.");
        // Beside this copy there is nothing to build.
        using var folder = new TemporaryFolder();
        var script = Path.Combine(folder.Name, "specs");
        File.Copy(Specs.Script, script);
        File.Copy(
            Path.Combine(Path.GetDirectoryName(Specs.Script)!, "Directory.Build.props"),
            Path.Combine(folder.Name, "Directory.Build.props"));

        var (built, printed) = (await Specs.Program("--version"), await Specs.Start(script, ["--version"]));

        Assert.That(built.ExitCode, Is.Zero, built.Error);
        Assert.That(built.Output, Does.Match(@"\A\d+\.\d+\.\d+\n\z"));
        Assert.That(printed, Is.EqualTo(built));
    }

    [Test]
    public async Task Both_helps_name_it([Values] bool script)
    {
        if (script && !OperatingSystem.IsLinux())
            Assert.Ignore("The command ./specs is a script for Linux.");
        var help = script ? await Specs.Start(Specs.Script, ["--help"]) : await Specs.Run("--help");
        Assert.That(help.Output, Does.Contain("--version"));
    }
}
