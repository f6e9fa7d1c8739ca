using System.Text;
using Hooktrail.Judging.Comparison;
using Hooktrail.Judging.Comparison.Baselines;
using Hooktrail.Judging.Comparison.Hosts;
using Hooktrail.Model;
using Hooktrail.Records;
using Hooktrail.Report.Runs;

namespace Hooktrail.Tests.Judging;

/// <summary>
/// Replays the trails of every kernel that was run: the model must predict each from the host's profile. This tests
/// what depends on a kernel's version where only one kernel is at hand.
/// </summary>
[TestFixture]
public class ReferenceTests
{
    /// <summary>
    /// Traits that no run shows on both sides: the model's statements on them rest only on the kernel's sources. A new
    /// run that shows one takes it off this list.
    /// </summary>
    private static readonly ImmutableArray<KernelTrait> Unseen =
    [
        KernelTrait.BrouteIsAtPreRouting,
        KernelTrait.ResumesBehindBrNetfilter,
        KernelTrait.SkipsPreRoutingOnce,
        KernelTrait.BridgeConfirmsWhatGoesUp,
    ];

    private static string Checkout
    {
        get
        {
            var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "Specs.sln")))
                folder = folder.Parent!;
            return folder.FullName;
        }
    }

    private static BaselineFolder Folder => new(Path.Combine(Checkout, "environments", "Kernels", "reference"));

    private static IEnumerable<string> Names => Folder.Names;

    [Test]
    public void There_are_runs_to_replay() => Assert.That(Names, Is.Not.Empty);

    [TestCaseSource(nameof(Names))]
    public void The_model_predicts_every_leg_of(string name)
    {
        var run = Read(name);
        var legs = Observed(run);
        Assert.That(legs, Has.Count.GreaterThan(100), "a run of the features has more");
        Assert.That(
            legs.Where(leg => !IsPredicted(run, leg)).Select(leg => $"{leg.Scenario}: {leg.Leg} of {leg.Flow}"),
            Is.Empty);
    }

    [TestCaseSource(nameof(Names))]
    public void A_run_is_kept_as_it_would_be_saved_today(string name) =>
        Assert.That(
            File.ReadAllText(Folder.FileOf(name)),
            Is.EqualTo(Encoding.UTF8.GetString(
                Recorded.Bytes(stream => BaselineForm.Write(stream, BaselineForm.Of(Read(name)))))));

    [Test]
    public void Nothing_that_is_recorded_is_a_prediction() =>
        Assert.That(Names.SelectMany(name => Read(name).Legs).Where(leg => leg.Predicted is not null), Is.Empty);

    [Test]
    public void A_trait_that_is_turned_makes_some_leg_disagree_but_for_those_that_no_run_shows()
    {
        var runs = Names.Select(Read).ToList();
        Assert.That(KernelTrait.All.Where(trait => !runs.Any(run => Notices(run, trait))), Is.EquivalentTo(Unseen));
    }

    [Test]
    public void A_hop_less_in_any_leg_is_noticed()
    {
        var run = Read(Names.First());
        foreach (var leg in Observed(run).Where(leg => leg.Observed!.Hops.Length > 0))
            Assert.That(
                IsPredicted(run, leg with { Observed = leg.Observed! with { Hops = leg.Observed.Hops.RemoveAt(0) } }),
                Is.False,
                $"{leg.Scenario}: {leg.Leg} of {leg.Flow}");
    }

    [Test]
    public void Every_difference_between_two_kernels_is_expected()
    {
        foreach (var backend in ReferenceKernels.Of(Names.Select(Compared)).ByBackend)
        {
            var matrix = ComparisonMatrix.Of([.. backend]);
            Assert.That(
                matrix.Others.SelectMany(
                    run => run.Unexplained.Select(leg => $"{run.After.Label}: {leg.Title}: {leg.Reason}")),
                Is.Empty);
        }
    }

    [Test]
    public void The_page_of_the_docs_is_what_is_made_of_the_runs_today() =>
        Assert.That(
            File.ReadAllText(Path.Combine(Checkout, "docs", "kernels.md")),
            Is.EqualTo(KernelsDocument.Of(ReferenceKernels.Of(Names.Select(Compared)))),
            "regenerate it: ./specs baseline document --dir environments/Kernels/reference --out docs/kernels.md");

    private static List<LegRecord> Observed(TrailsFile run) => [.. run.Legs.Where(leg => leg.Observed is not null)];

    private static bool IsPredicted(TrailsFile run, LegRecord leg) =>
        CauseFinder.IsSeenAs(
            new SupposedHost(leg.HostProfile ?? run.HostProfile).Predict(leg.Flow, leg.Leg), leg.Observed);

    private static bool Notices(TrailsFile run, KernelTrait trait) =>
        Observed(run).GroupBy(leg => leg.HostProfile).Any(legs =>
        {
            var profile = legs.Key ?? run.HostProfile;
            var turned = new SupposedHost(profile).With(trait, !trait.Holds(profile.Kernel));
            return legs.Any(leg => !CauseFinder.IsSeenAs(turned.Predict(leg.Flow, leg.Leg), leg.Observed));
        });

    private static ComparedRun Compared(string name) => new(name, name, Read(name));

    private static TrailsFile Read(string name)
    {
        using var stream = File.OpenRead(Folder.FileOf(name));
        return TrailsJson.Read(stream, name);
    }
}
