using System.Text.RegularExpressions;
using NUnit.Framework;
using Reqnroll.Offline.Features;

namespace Hooktrail.Tests.Offline.Kit;

[TestFixture]
public sealed partial class CompatibilityKitTests
{
    private static readonly Dictionary<string, Type[]> Samples = new()
    {
        ["all-statuses"] = [typeof(AllStatuses)],
        ["ambiguous"] = [typeof(Ambiguous)],
        ["backgrounds"] = [typeof(OrdersActionsOutcomes)],
        ["cdata"] = [typeof(CData)],
        ["data-tables"] = [typeof(DataTables)],
        ["doc-strings"] = [typeof(DocStrings)],
        ["empty"] = [],
        ["examples-tables"] = [typeof(ExamplesTables)],
        ["examples-tables-attachment"] = [typeof(ExamplesTablesAttachment)],
        ["examples-tables-undefined"] = [typeof(ExamplesTablesUndefined)],
        ["examples-tables-undefined-multiple"] = [typeof(ExamplesTablesUndefined)],
        ["failedish-combinations"] = [typeof(FailedishCombinations)],
        ["global-hooks"] = [typeof(GlobalHooks)],
        ["hooks"] = [typeof(Hooks)],
        ["hooks-attachment"] = [typeof(HooksAttachment)],
        ["hooks-conditional"] = [typeof(HooksConditional)],
        ["hooks-undefined"] = [typeof(HooksUndefined)],
        ["minimal"] = [typeof(Minimal)],
        ["multiple-features"] = [typeof(Orders)],
        ["parameter-types"] = [typeof(ParameterTypes)],
        ["pending"] = [typeof(Pending)],
        ["pending-exception"] = [typeof(PendingException)],
        ["rules"] = [typeof(Rules)],
        ["rules-backgrounds"] = [typeof(OrdersActionsOutcomes)],
        ["skipped"] = [typeof(Skipped)],
        ["skipped-exception"] = [typeof(SkippedException)],
        ["skipped-failing-hook"] = [typeof(SkippedFailingHook)],
        ["stack-traces"] = [typeof(StackTraces)],
        ["undefined"] = [typeof(Undefined)],
        ["undefined-multiple"] = [typeof(Undefined)],
        ["unused-steps"] = [typeof(UnusedSteps)],
    };

    private static IEnumerable<string> SampleNames => Samples.Keys;

    [TestCaseSource(nameof(SampleNames))]
    public async Task A_sample_yields_the_messages_of_the_kit(string sample)
    {
        string folder = Path.Combine(CompatibilityKit.Samples, sample);
        var features = Directory.GetFiles(folder, "*.feature").Order(StringComparer.Ordinal)
            .Select(file => FeatureFile.Parse($"samples/{sample}/{Path.GetFileName(file)}", File.ReadAllText(file)));

        var played = await Play.FeaturesAsync(
            features, Samples[sample], run => run.Container.RegisterInstanceAs(new SampleFolder(folder)));

        var actual = new NormalizedMessages(played.Messages);
        var expected = new NormalizedMessages(File.ReadLines(Path.Combine(folder, $"{sample}.ndjson")));
        Assert.That(actual.Declared, Is.EqualTo(expected.Declared));
        Assert.That(actual.Events, Is.EqualTo(expected.Events));
    }

    [Test]
    public void Each_sample_is_either_run_or_listed_as_unsupported()
    {
        var kit = Directory.GetDirectories(CompatibilityKit.Samples).Select(Path.GetFileName);
        Assert.That(Samples.Keys.Concat(Unsupported()), Is.EquivalentTo(kit));
    }

    [Test]
    public void Each_unsupported_sample_has_a_reason() => Assert.That(Unsupported(), Is.Unique.And.Not.Empty);

    private static IEnumerable<string> Unsupported()
    {
        string readme = File.ReadAllText(Path.Combine(TestContext.CurrentContext.TestDirectory, "README.md"));
        return Row().Matches(readme).Select(row => row.Groups[1].Value);
    }

    [GeneratedRegex(@"^\| `([a-z-]+)` \| \S.* \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
