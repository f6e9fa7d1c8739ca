using System.Diagnostics;
using Hooktrail.Conformance;
using Hooktrail.Namespaces;
using Hooktrail.Records;

namespace Hooktrail.Tests.Conformance;

/// <summary>
/// A part of the exhaustive matrix, against this machine's kernel; <c>./specs conform</c> runs all of it.
/// </summary>
public class SampleTests
{
    private const int Size = 200;
    private const int Seed = 3;

    [Test]
    [CancelAfter(120_000)]
    public async Task A_sample_of_the_matrix_goes_as_predicted(CancellationToken cancellation)
    {
        var findings = new Findings();
        var watch = Stopwatch.StartNew();
        var run = new ConformanceRun(
            Sampling.Of(Matrix.All, Size, Seed), async (setup, stop) => await NamespaceLab.StartAsync(setup, stop))
        {
            Parallel = 2,
        };
        await run.RunAsync(findings.Add, cancellation);
        if (run.FirstFailure is { } failure
            && failure.Message.Contains("cannot create private namespaces", StringComparison.Ordinal))
            throw Skip.Because(failure.Message);

        var text = ConformanceText.Of(findings, watch.Elapsed.TotalSeconds);
        TestContext.Out.WriteLine(text);
        var again = $"./specs conform --sample {Size} --seed {Seed} runs the same flows.\n{text}";
        Assert.That(run.FirstFailure, Is.Null, again);
        Assert.That(findings.HasDivergence, Is.False, again);
        Assert.That(findings.Total[LegVerdict.Inconclusive], Is.Zero, again);
        Assert.That(findings.Total[LegVerdict.Agreed], Is.GreaterThan(Size), again);
    }
}
