namespace Hooktrail.Tests.Cli;

/// <summary>
/// The tool that <c>dotnet pack src/Cli</c> makes, installed without a network where nothing else is.
/// </summary>
[TestFixture]
[Platform("Linux")]
public sealed class ToolTests
{
    private TemporaryFolder _folder = null!;

    private string Tool => Path.Combine(_folder.Name, "bin", "hooktrail");

    [OneTimeSetUp]
    public async Task Install()
    {
        _folder = new();
        var packages = Path.Combine(_folder.Name, "packages");
        // What is built is packed: a build would change the files of tests that run beside this one.
        var configuration = Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(Specs.Path)!)!);
        var packed = await Specs.Start(
            "dotnet",
            ["pack", Path.Combine(Document.Root, "src/Cli/Cli.csproj"), "--no-build", "-c", configuration, "-o", packages, "--nologo", "-v", "q"]);
        Assert.That(packed.ExitCode, Is.Zero, packed.Output);
        var noSource = _folder.Write("nuget.config", "<configuration><packageSources><clear /></packageSources></configuration>");
        var installed = await Start(
            "dotnet",
            "tool", "install", "Hooktrail", "--tool-path", Path.GetDirectoryName(Tool)!, "--add-source", packages,
            "--configfile", noSource);
        Assert.That(installed.ExitCode, Is.Zero, installed.Output + installed.Error);
    }

    [OneTimeTearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public async Task It_answers_about_a_snapshot_outside_of_any_checkout()
    {
        var snapshot = Path.Combine(_folder.Name, "shop.snapshot");
        File.Copy(Path.Combine(Document.Root, "src/Tests/Cli/shop.snapshot"), snapshot);
        var check = await Start(
            Tool, "check", "--from", "internet", "--to", "web:443", "--snapshot", snapshot, "--expect", "delivered");
        Assert.That(check.ExitCode, Is.Zero, check.Error);
        Assert.That(check.Output, Does.StartWith("delivered to shop-web-1\n"));
        var reach = await Start(Tool, "reach", "--snapshot", snapshot, "--format", "html");
        Assert.That(reach.ExitCode, Is.Zero, reach.Error);
        Assert.That(reach.Output, Does.StartWith("<!DOCTYPE html>"));
    }

    [Test]
    public async Task Its_help_names_itself()
    {
        var help = await Start(Tool, "check", "--help");
        Assert.That(help.Output, Does.Contain("hooktrail check [options]").And.Contain("\n  hooktrail check --from internet "));
        Assert.That(help.Output, Does.Not.Contain("./specs"));
        Assert.That((await Start(Tool, "--version")).Output, Is.EqualTo((await Specs.Program("--version")).Output));
    }

    [Test]
    public async Task It_predicts_as_the_script_does()
    {
        string[] words = ["predict", "--from", "wan", "--to", "host", "--port", "8080", "--protocol", "tcp"];
        Assert.That(await Start(Tool, words), Is.EqualTo(await Specs.Program(words)));
    }

    [TestCase("run", "hooktrail: run needs the features, which are in a checkout of Hooktrail; clone the repository, and run ./specs run there.")]
    [TestCase("kernels run 6.1", "hooktrail: … is not in a checkout of Hooktrail, which has the features and the guests; use ./specs in a checkout.")]
    [TestCase("check --from internet", "hooktrail: Option '--to' is required; see hooktrail check --help.")]
    public async Task What_needs_a_checkout_says_so_in_a_sentence(string line, string sentence)
    {
        var ran = await Start(Tool, line.Split(' '));
        var parts = sentence.Split('…');
        Assert.That((ran.ExitCode, ran.Output), Is.EqualTo((2, "")), ran.Error);
        Assert.That(ran.Error, Does.StartWith(parts[0]).And.EndsWith(parts[^1] + "\n"));
        Assert.That(ran.Error.TrimEnd('\n'), Does.Not.Contain("\n"));
    }

    private Task<Ran> Start(string program, params string[] arguments) => Specs.Start(
        program, arguments, null,
        ("HOME", Path.Combine(_folder.Name, "home")),
        ("DOTNET_CLI_HOME", Path.Combine(_folder.Name, "home")),
        ("NUGET_PACKAGES", null),
        ("DOTNET_NOLOGO", "1"),
        ("DOTNET_SKIP_FIRST_TIME_EXPERIENCE", "1"),
        // The tool looks for the runtime in the usual folders, which need not be where these tests found it.
        ("DOTNET_ROOT", Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../.."))));
}
