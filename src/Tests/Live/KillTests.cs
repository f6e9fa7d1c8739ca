using System.Diagnostics;
using System.Reflection;

namespace Hooktrail.Tests.Live;

/// <summary>Commands that are killed leave nothing on the host.</summary>
[TestFixture]
[CancelAfter(300_000)]
internal sealed class KillTests
{
    private static readonly string Cli = typeof(KillTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(data => data.Key == "Cli").Value!;

    [Test]
    public void A_watch_that_is_killed_leaves_no_table()
    {
        using var host = PrivateHost.Start();
        using var watch = Start("watch", "--namespace", $"{host.ProcessId}", "--to", "192.0.2.1:8443");
        Assert.That(watch.StandardOutput.ReadLine(), Does.StartWith("Watching"), watch.StandardError.ReadToEnd);
        Assert.That(host.Run("nft list tables"), Does.Contain("hooktrail-"));

        watch.Kill();
        watch.WaitForExit();

        // The process that holds the tables ends when the kernel has closed its input.
        host.Run("for i in {1..2000}; do nft list tables | grep -q hooktrail- || break; done");
        Assert.That(host.Run("nft list tables"), Does.Not.Contain("hooktrail-"));
    }

    [Test]
    public void Ctrl_C_ends_a_watch_with_its_counts()
    {
        using var host = PrivateHost.Start();
        using var watch = Start("watch", "--namespace", $"{host.ProcessId}", "--to", "192.0.2.1:8443");
        Assert.That(watch.StandardOutput.ReadLine(), Does.StartWith("Watching"));
        host.Connect("203.0.113.7", "192.0.2.1", 8443);
        // The first packet has been shown.
        while (watch.StandardOutput.ReadLine() is { } line && !line.Contains("as predicted"))
        {
        }

        host.Run($"kill -INT {watch.Id}");
        var rest = watch.StandardOutput.ReadToEnd();
        watch.WaitForExit();

        Assert.That(watch.ExitCode, Is.Zero, watch.StandardError.ReadToEnd());
        Assert.That(rest, Does.Match("\n[1-9][0-9]* packets: [1-9][0-9]* as predicted, 0 not, 0 not compared\n$"));
        Assert.That(host.Run("nft list tables"), Does.Not.Contain("hooktrail-"));
    }

    [Test]
    public void A_check_that_is_killed_while_it_injects_leaves_no_qdisc()
    {
        using var host = PrivateHost.Start();
        // The packet waits at this rule for the whole patience of the check.
        host.Run("iptables-nft -t raw -A PREROUTING -s 198.51.100.7 -j ACCEPT");
        host.Run("c iptables-nft -A INPUT -p tcp --dport 443 -j DROP");
        using var check = Inject(host);

        check.Kill();
        check.WaitForExit();

        host.Run("for i in {1..2000}; do tc qdisc show dev eth0 | grep -q clsact || ip -o link | grep -q ': ht-' || break; done");
        Assert.That(host.Run("tc qdisc show dev eth0"), Does.Not.Contain("clsact"));
        host.Run("for i in {1..2000}; do nft list tables | grep -q hooktrail- || break; done");
        Assert.That(host.Run("nft list tables"), Does.Not.Contain("hooktrail-"));
    }

    [Test]
    public void A_check_whose_injecting_process_is_killed_removes_the_qdisc_itself()
    {
        using var host = PrivateHost.Start();
        host.Run("c iptables-nft -A INPUT -p tcp --dport 443 -j DROP");
        using var check = Inject(host);

        KillInjector(host);

        check.StandardOutput.ReadToEnd();
        check.WaitForExit();
        Assert.That(host.Run("tc qdisc show dev eth0"), Does.Not.Contain("clsact"));
    }

    [Test]
    public void Clean_removes_what_is_left_where_both_are_killed_and_nothing_of_others()
    {
        using var host = PrivateHost.Start();
        host.Run("c iptables-nft -A INPUT -p tcp --dport 443 -j DROP");
        host.Run("tc qdisc add dev br0 clsact");
        using var check = Inject(host);

        // In this order: when the check ends first, the injector may remove its link before the test has read the name.
        var link = KillInjector(host);
        check.Kill();
        check.WaitForExit();
        host.Run($"for i in {{1..5000}}; do ip -o link | grep -q ': {link}@' || break; done");
        // The process may have been quicker than its end.
        var isLeft = host.Run("tc qdisc show dev eth0").Contains("clsact");
        var cleaned = host.Run($"DOCKER_HOST=unix:///no-such/docker.sock dotnet {Cli} clean");

        Assert.That(cleaned.Contains($"Removed the clsact qdisc of run {link[3..8]} at eth0."), Is.EqualTo(isLeft), cleaned);
        Assert.That(host.Run("tc qdisc show dev eth0"), Does.Not.Contain("clsact"));
        Assert.That(host.Run("tc qdisc show dev br0"), Does.Contain("clsact"));
    }

    // A check that waits for an answer until its patience ends.
    private static Process Inject(PrivateHost host)
    {
        var check = Start(
            "check", "--live", "--inject", "--namespace", $"{host.ProcessId}", "--from", "198.51.100.7", "--to", "192.0.2.1:8443");
        host.Run("for i in {1..20000}; do tc qdisc show dev eth0 | grep -q clsact && break; done; tc qdisc show dev eth0 | grep -q clsact");
        return check;
    }

    // Returns the name of its link.
    private static string KillInjector(PrivateHost host)
    {
        var link = host.Run("ip -o link | sed -n 's/.*: \\(ht-.....-in\\)@.*/\\1/p'");
        Assert.That(link, Has.Length.EqualTo("ht-x7k2q-in".Length));
        foreach (var process in Process.GetProcesses())
            using (process)
                if (CommandOf(process.Id) is ["bash", ..] words && words.Contains(link))
                    process.Kill();
        return link;
    }

    private static string[] CommandOf(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Split('\0');
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return [];
        }
    }

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo("dotnet", [Cli, .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        RedirectStandardInput = true,
    })!;
}
