using Hooktrail.Kernels;
using Hooktrail.Kernels.Runs;
using Hooktrail.Records;

namespace Hooktrail.Tests.Kernels;

/// <summary>The guests' results, and how many guests the machine has room for.</summary>
[TestFixture]
public class RunTests
{
    private static readonly Kernel Kernel = new("6.1", "6.1.176-1 (bookworm)", "/cache/6.1", "/cache/6.1/initramfs");

    private static readonly KernelResult Good = new(new(Kernel, Userland.Usual, Backend.Nft), "/out/6.1-nft")
    {
        Release = "6.1.0-50-cloud-amd64",
        Engine = "26.1.5+dfsg1",
        BootedIn = TimeSpan.FromSeconds(15.3),
        Took = TimeSpan.FromSeconds(200),
        Counts = new(170, 0, 4, 201, 0, 0),
    };

    [Test]
    public void The_table_has_a_line_for_each_and_below_it_what_was_the_matter()
    {
        var lost = new KernelResult(new(Kernel, Userland.Parse("bookworm"), Backend.Legacy), "/out/6.1-bookworm-legacy")
        {
            Took = TimeSpan.FromSeconds(9),
            Trouble = "The guest panicked: no init; its console is in /out/6.1-bookworm-legacy/console.log."
        };
        Assert.That(KernelsText.Of([Good, lost]), Is.EqualTo("""
            kernel  userland  backend  release               engine        booted in  passed  failed  skipped  legs  diverged  inconclusive  took
            6.1     trixie    nft      6.1.0-50-cloud-amd64  26.1.5+dfsg1  15.3 s     170     0       4        201   0         0             200.0 s
            6.1     bookworm  legacy                                       –          –       –       –        –     –         –             9.0 s    see below

            6.1 bookworm legacy: The guest panicked: no init; its console is in /out/6.1-bookworm-legacy/console.log.

            """));
    }

    [TestCase("bookworm", "6.1-bookworm-nft")]
    [TestCase("trixie", "6.1-nft")]
    [TestCase("forky", "6.1-forky-nft")]
    public void A_guests_folder_names_a_userland_that_is_not_the_usual_one(string userland, string folder) =>
        Assert.That(new GuestKind(Kernel, Userland.Parse(userland), Backend.Nft).Folder, Is.EqualTo(folder));

    [Test]
    public void What_a_guest_lacks_is_told_though_all_went_well() =>
        Assert.That(
            KernelsText.Of([Good with { Lacks = ["the module iptable_nat"] }]),
            Does.EndWith("\n6.1 nft: The guest lacks the module iptable_nat.\n"));

    [Test]
    public void Why_scenarios_were_skipped_is_told() =>
        Assert.That(
            KernelsText.Of([Good with
            {
                Counts = Good.Counts! with { Reasons = [("there is no table broute", 3), ("it is slow", 1)] }
            }]),
            Does.EndWith("\n6.1 nft: 3 skipped: there is no table broute\n6.1 nft: 1 skipped: it is slow\n"));

    [Test]
    public void Good_is_what_ran_and_passed() => Assert.Multiple(() =>
    {
        Assert.That(Good.IsGood);
        Assert.That((Good with { Counts = Good.Counts! with { Failed = 1 } }).IsGood, Is.False);
        Assert.That((Good with { Counts = Good.Counts! with { Diverged = 1 } }).IsGood, Is.False);
        Assert.That((Good with { Counts = Good.Counts! with { Inconclusive = 1 } }).IsGood, Is.False);
        Assert.That((Good with { Counts = Good.Counts! with { Passed = 0 } }).IsGood, Is.False, "nothing ran");
        Assert.That((Good with { Counts = null }).IsGood, Is.False);
        Assert.That((Good with { Trouble = "It hung." }).IsGood, Is.False);
    });

    [Test]
    public void A_guest_for_which_another_left_no_scenario_is_good() => Assert.Multiple(() =>
    {
        var left = Good with { WithoutPrivateHosts = true, Counts = new(0, 0, 9, 0, 0, 0) };
        Assert.That(left.IsGood);
        Assert.That((left with { WithoutPrivateHosts = false }).IsGood, Is.False, "it left none to others");
        Assert.That((left with { Counts = new(0, 1, 9, 0, 0, 0) }).IsGood, Is.False, "one failed");
        Assert.That((left with { Counts = new(0, 0, 0, 0, 0, 0) }).IsGood, Is.False, "there was none");
    });

    [TestCase(2, 24, 24, 2)]
    [TestCase(8, 24, 24, 8)]
    [TestCase(8, 10, 24, 3)]
    [TestCase(8, 24, 6, 2)]
    [TestCase(2, 1, 24, 1)]
    public void There_is_room_for_as_many_guests_as_processors_and_memory_allow(
        int processors, int gibibytes, int limit, int guests)
    {
        string[] memory = ["MemTotal:       99999999 kB", $"MemAvailable:   {gibibytes * 1024 * 1024} kB"];
        Assert.That(Room.ForGuests(processors, memory, (long)limit << 30), Is.EqualTo(guests));
    }

    [Test]
    public void The_counts_are_read_from_what_a_run_leaves()
    {
        var folder = Directory.CreateTempSubdirectory("hooktrail-");
        try
        {
            Assert.That(Counts.Of(folder.FullName), Is.Null);
            File.WriteAllText(Path.Combine(folder.FullName, "counts.txt"), "170 passed, 1 failed, 3 skipped\n");
            Assert.That(
                Counts.Of(folder.FullName), Is.EqualTo(new Counts(170, 1, 3, 0, 0, 0)).UsingPropertiesComparer());
            Assert.That(FeatureRun.Ended(folder.FullName), Is.Zero);
            File.WriteAllText(Path.Combine(folder.FullName, RunFiles.EndedScenarios), "ended\nended\nend");
            Assert.That(FeatureRun.Ended(folder.FullName), Is.EqualTo(2));
            File.WriteAllLines(
                Path.Combine(folder.FullName, "messages.ndjson"),
                from reason in (string[])["no broute", "no Engine", "", "no Engine"]
                let exception = reason == ""
                    ? ""
                    : ",\"exception\":{\"type\":\"IgnoreException\",\"message\":\"" + reason + "\"}"
                select "{\"testStepFinished\":{\"testStepResult\":{\"status\":\"SKIPPED\"" + exception + "}}}");
            File.AppendAllText(
                Path.Combine(folder.FullName, "messages.ndjson"), "{\"testStepFinished\":{\"testStepRes");
            Assert.That(Counts.Of(folder.FullName)!.Reasons, Is.EqualTo(new[] { ("no Engine", 2), ("no broute", 1) }));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Test]
    public void Two_runs_do_not_write_to_one_folder()
    {
        var folder = Directory.CreateTempSubdirectory("hooktrail-");
        try
        {
            using (OutputFolder.Take(folder.FullName))
                Assert.That(
                    () => OutputFolder.Take(folder.FullName),
                    Throws.TypeOf<HooktrailException>().With.Message.StartsWith(
                        "Another ./specs kernels run writes to "));
            OutputFolder.Take(folder.FullName).Dispose();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
