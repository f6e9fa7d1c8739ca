using Hooktrail.Observation;

namespace Hooktrail.Tests.Observation;

public class KernelLogTests
{
    private const string First =
        "htx7k2q e.filter.FORWARD IN=v1 OUT=v2 MAC source = 02:00:00:00:00:01 MAC dest = 02:00:00:00:00:02 proto = 0x0800";
    private const string Second = " IP SRC=172.29.88.2 IP DST=172.29.88.3, IP tos=0x04, IP proto=1";

    [Test]
    public async Task A_window_holds_what_lies_between_two_fences()
    {
        var log = new KernelLog(Captured.Run);
        var windows = new List<Task<LogWindow>> { log.ReadUntilFence(1, CancellationToken.None) };
        for (var n = 1; n <= 8; n++)
        {
            foreach (var line in Captured.Renumbered(Captured.Lines).Take(
                Captured.Lines.IndexOf(Captured.Between(n)[^1]) + 2))
                log.Accept(line);
            windows.Add(log.ReadUntilFence(n, CancellationToken.None));
        }

        var all = await Task.WhenAll(windows);
        Assert.That(
            all.Skip(1).Select(window => window.Sightings.Length),
            Is.EqualTo(new[] { 38, 32, 32, 36, 36, 22, 42, 12 }));
        Assert.That(all[0], Is.EqualTo(all[1]));
        Assert.That(all.Select(window => window.Lost), Is.All.Zero);
    }

    [Test]
    public void A_gap_counts_in_its_window_only()
    {
        var log = new KernelLog(Captured.Run);
        foreach (var line in (string[])
            ["6,7,1,-;boot", $"12,8,1,-;{log.Fence(0)}", "6,12,1,-;eth0: up", $"12,13,1,-;{log.Fence(1)}"])
            log.Accept(line);

        Assert.That(Window(log, 1).Lost, Is.EqualTo(3));
        log.Accept($"12,14,1,-;{log.Fence(2)}");
        Assert.That(Window(log, 2).Lost, Is.Zero);
    }

    [Test]
    public void A_reader_that_starts_over_is_followed_without_doubles()
    {
        var lines = Captured.Renumbered(Captured.Between(1)).ToList();
        var once = Captured.Read(lines);

        Assert.That(Captured.Read([.. lines[..20], .. lines]).Sightings, Is.EqualTo(once.Sightings));
        Assert.That(Captured.Read([.. lines[..20], .. lines]).Lost, Is.Zero);
    }

    [Test]
    public void A_lost_fence_shows_as_loss_in_the_next()
    {
        var log = new KernelLog(Captured.Run);
        log.Accept($"12,1,1,-;{log.Fence(0)}");
        var waiting = log.ReadUntilFence(1, CancellationToken.None);
        log.Accept($"12,3,1,-;{log.Fence(2)}");

        Assert.That(waiting.Result.Lost, Is.EqualTo(1));
        Assert.That(Window(log, 1), Is.EqualTo(Window(log, 2)));
    }

    [Test]
    public void A_forgotten_window_is_refused()
    {
        var log = new KernelLog(Captured.Run);
        log.Accept($"12,1,1,-;{log.Fence(1)}");
        log.Accept($"12,2,1,-;{log.Fence(2)}");

        Assert.That(() => Window(log, 1), Throws.InstanceOf<HooktrailException>().With.Message.Contains("fence 1"));
    }

    [Test]
    public void Nothing_that_a_program_writes_passes_for_a_sighting_nor_the_kernel_for_a_fence()
    {
        var log = new KernelLog(Captured.Run);
        log.Accept($"12,1,1,-;{First}{Second}");
        log.Accept($"4,2,1,-;{log.Fence(1)}");
        log.Accept($"12,3,1,-;{log.Fence(2)}");

        Assert.That(Window(log, 2).Sightings, Is.Empty);
    }

    [Test]
    public void Other_runs_are_dropped()
    {
        var window = Captured.Read(
            [
                "7,1,1,-;htother i.raw.OUTPUT IN= OUT=lo SRC=127.0.0.1 DST=127.0.0.1 PROTO=1 ",
                "12,2,1,-;hooktrail other fence 3"
            ]);

        Assert.That(window.Sightings, Is.Empty);
    }

    [Test]
    public void A_line_split_by_another_record_is_joined()
    {
        var window = Captured.Read([$"7,1,1,-;{First}", "6,2,1,-;eth0: link up", $"7,3,1,c;{Second}"]);

        Assert.That(
            window.Sightings.Single(), Is.EqualTo(Captured.Read([$"7,1,1,-;{First}{Second}"]).Sightings.Single()));
        Assert.That(window.Sightings.Single().IsComplete, Is.True);
    }

    [Test]
    public void What_a_tap_of_iptables_logs_meanwhile_ends_no_line_of_ebtables()
    {
        const string Other =
            "htab3f9 i.raw.OUTPUT IN= OUT=lo SRC=127.0.0.1 DST=127.0.0.1 LEN=84 TOS=0x04 PREC=0x00 TTL=64 ID=1 PROTO=ICMP TYPE=8 CODE=0 ID=1 SEQ=1 ";
        var window = Captured.Read(
            [$"7,1,1,-;{First}", $"7,2,1,-;{Other.Replace("htab3f9", $"ht{Captured.Run}")}", $"7,3,1,c;{Second}"]);

        Assert.That(window.Sightings, Has.Length.EqualTo(2));
        Assert.That(window.Sightings[0], Is.EqualTo(Captured.Read([$"7,1,1,-;{First}{Second}"]).Sightings.Single()));
    }

    [Test]
    public void A_line_in_three_pieces_is_joined()
    {
        const string Begun = " IP SRC=10.0.0.1 IP DST=10.0.0.2, IP tos=0x04, IP proto=17", Ports = " SPT=20000 DPT=80";
        var window = Captured.Read(
            [$"7,1,1,-;{First}", $"7,2,1,c;{Begun}", "6,3,1,-;eth0: link up", $"7,4,1,c;{Ports}"]);

        Assert.That(
            window.Sightings.Single(),
            Is.EqualTo(Captured.Read([$"7,1,1,-;{First}{Begun}{Ports}"]).Sightings.Single()));
        Assert.That(window.Sightings.Single().DestinationPort, Is.EqualTo(80));
    }

    [Test]
    public void A_piece_without_the_flag_of_a_continuation_is_not_joined() => AssertCut($"7,2,1,-;{Second}");

    [Test]
    public void A_piece_of_another_line_is_not_joined() =>
        AssertCut("7,2,1,-;other IN=v1 OUT= MAC source = 02 MAC dest = 02 proto = 0x0800", $"7,3,1,c;{Second}");

    [Test]
    public void A_piece_of_another_kind_is_not_joined() => AssertCut("7,2,1,c; and more");

    [Test]
    public void A_listener_is_told_of_each_sighting_once_and_whole_before_its_window_ends()
    {
        var log = new KernelLog(Captured.Run);
        var told = new List<string>();
        log.Listener = sighting => told.Add($"{sighting.Line}{(sighting.IsComplete ? "" : " (cut)")}");
        log.Accept($"7,1,1,-;{First}{Second}");
        Assert.That(told, Is.EqualTo(new[] { First + Second }));
        log.Accept($"7,2,1,-;{First}");
        Assert.That(told, Has.Count.EqualTo(1), "its second piece may still come");
        log.Accept($"7,3,1,c;{Second}");
        log.Accept($"7,4,1,-;{First}");
        log.Accept($"12,5,1,-;{log.Fence(1)}");

        Assert.That(told, Is.EqualTo(new[] { First + Second, First + Second, First + " (cut)" }));
        Assert.That(Window(log, 1).Sightings, Has.Length.EqualTo(3));
    }

    [Test]
    public void Who_listens_no_longer_is_told_nothing()
    {
        var log = new KernelLog(Captured.Run);
        var told = new List<Sighting>();
        log.Listener = told.Add;
        log.Accept($"7,1,1,-;{First}{Second}");
        log.Listener = null;
        log.Accept($"7,2,1,-;{First}{Second}");
        log.Accept($"12,3,1,-;{log.Fence(1)}");

        Assert.That((told.Count, Window(log, 1).Sightings.Length), Is.EqualTo((1, 2)));
    }

    [Test]
    public void A_closed_log_says_why()
    {
        var log = new KernelLog(Captured.Run);
        var waiting = log.ReadUntilFence(1, CancellationToken.None);
        log.Close("The probe ended.");

        Assert.That(() => waiting, Throws.InstanceOf<HooktrailException>().With.Message.EqualTo("The probe ended."));
        Assert.That(() => Window(log, 1), Throws.InstanceOf<HooktrailException>());
    }

    [Test]
    public void Memory_is_bounded_and_what_does_not_fit_is_lost()
    {
        var window = Captured.Read(Enumerable.Range(1, 20_000).Select(n => $"7,{n},1,-;{First}{Second}"));

        Assert.That(window.Sightings.Length + window.Lost, Is.EqualTo(20_000));
        Assert.That(window.Lost, Is.Positive);
    }

    private static void AssertCut(params string[] following)
    {
        var sighting = Captured.Read([$"7,1,1,-;{First}", .. following]).Sightings.Single();

        Assert.That(sighting.IsComplete, Is.False);
        Assert.That(sighting.Line, Is.EqualTo(First));
    }

    private static LogWindow Window(KernelLog log, int n) => log.ReadUntilFence(n, CancellationToken.None).Result;
}
