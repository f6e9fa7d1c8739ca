using System.Diagnostics;
using Hooktrail.Kernels.Machine;

namespace Hooktrail.Tests.Kernels;

/// <summary>Processes started for a guest end with their owner, however that ends.</summary>
[TestFixture]
[CancelAfter(60_000)]
public class LifelineTests
{
    // Milliseconds. The kernel kills and reaps in its own time, usually within a few.
    private const int Patience = 5_000;

    // Prints its id, then that of a child, and waits; the whole tree must end.
    private static readonly string[] Tree = ["bash", "-c", "sleep 1000 & echo $$ $!; wait"];

    [Test]
    public async Task A_program_has_its_input_and_its_exit_code(CancellationToken cancel)
    {
        await using var held = Lifeline.Start(
            ["bash", "-c", "read -r line; echo \"got $line\"; echo wrong >&2; exit 7"]);
        await held.Input.WriteLineAsync("something");
        await held.Input.FlushAsync(cancel);
        Assert.That(await held.Output.ReadLineAsync(cancel), Is.EqualTo("got something"));
        Assert.That(await held.Error.ReadToEndAsync(cancel), Is.EqualTo("wrong\n"));
        Assert.That(await held.WaitAsync(cancel), Is.EqualTo(7));
    }

    [Test]
    public async Task A_program_that_dies_by_a_signal_is_told_in_one_line(CancellationToken cancel)
    {
        await using var held = Lifeline.Start(["bash", "-c", "echo last words >&2; kill -ABRT $$"]);
        Assert.That(await held.Error.ReadToEndAsync(cancel), Is.EqualTo("last words\nit was ended by SIGABRT\n"));
        Assert.That(await held.WaitAsync(cancel), Is.EqualTo(134));
    }

    [Test]
    public async Task Its_environment_and_folder_are_as_was_asked_for(CancellationToken cancel)
    {
        await using var held = Lifeline.Start(
            ["bash", "-c", "echo \"$PWD ${ONE-none} ${HOME-none}\""],
            new Dictionary<string, string?> { ["ONE"] = "1", ["HOME"] = null },
            "/");
        Assert.That(await held.Output.ReadLineAsync(cancel), Is.EqualTo("/ 1 none"));
    }

    [Test]
    public async Task Disposing_ends_the_program_and_what_it_started(CancellationToken cancel)
    {
        var held = Lifeline.Start(Tree);
        var processes = Ids(await held.Output.ReadLineAsync(cancel));
        Assert.That(processes.Where(Lives), Has.Exactly(2).Items);
        await held.DisposeAsync();
        Assert.That(() => processes.Where(Lives), Is.Empty.After(Patience, 10));
    }

    [Test]
    public async Task Kill_9_of_the_owner_ends_the_program_and_what_it_started(CancellationToken cancel)
    {
        using var owner = Owner();
        int[] processes =
        [
            .. Ids(await owner.StandardOutput.ReadLineAsync(cancel)),
            .. Ids(await owner.StandardOutput.ReadLineAsync(cancel))
        ];
        Assert.That(processes.Where(Lives), Has.Exactly(3).Items);
        owner.Kill(); // SIGKILL
        Assert.That(() => processes.Where(Lives), Is.Empty.After(Patience, 10));
    }

    [Test]
    public async Task Kill_9_of_the_shell_between_ends_the_program(CancellationToken cancel)
    {
        await using var held = Lifeline.Start(["bash", "-c", "echo $$; exec sleep 1000"]);
        var program = Ids(await held.Output.ReadLineAsync(cancel))[0];
        using (var shell = Process.GetProcessById(held.ProcessId))
            shell.Kill();
        Assert.That(() => Lives(program), Is.False.After(Patience, 10));
    }

    private static Process Owner()
    {
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) != "dotnet")
            Assert.Ignore(
                "This test starts itself again by dotnet exec, and runs under another program now; run it by dotnet test.");
        return Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!, ["exec", typeof(Program).Assembly.Location, .. Tree])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                Environment = { ["DOTNET_EnableDiagnostics"] = "0" }, // it would leave a socket where it is killed
            })!;
    }

    private static int[] Ids(string? line) =>
        [.. line!.Split(' ').Select(id => int.Parse(id, CultureInfo.InvariantCulture))];

    // An unreaped process has ended all the same.
    private static bool Lives(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }
}
