using Hooktrail.Trails;
using Hooktrail.Trails.Json;

namespace Hooktrail.Conformance;

/// <summary>
/// Takes each result as it comes: counts it, writes it to <c>trails.json</c>, and shows what the kernel did to the mutants. It holds none.
/// </summary>
/// <param name="stream">Where <c>trails.json</c> goes; it stays open.</param>
/// <param name="findings">The counts.</param>
/// <param name="mutants">The mutants; null where there are to be none.</param>
public sealed class Recorder(Stream stream, Findings findings, Mutants? mutants) : IDisposable
{
    private TrailsWriter? _writer;
    private HostProfile? _basis;
    private (HostProfile Profile, Mutants.OnHost Mutants)? _shown;

    /// <summary>Takes one.</summary>
    public void Take(FlowResult result)
    {
        findings.Add(result);
        // The file's own profile is that of the first flow; of others is written what is different.
        _writer ??= new(stream, _basis = result.Profile);
        foreach (var leg in result.Legs)
            _writer.Add(ReferenceEquals(result.Profile, _basis) ? leg : leg with { HostProfile = result.Profile });
        if (mutants is null || !result.Agrees)
            return;
        if (!ReferenceEquals(_shown?.Profile, result.Profile))
            _shown = (result.Profile, mutants.Of(result.Profile));
        _shown!.Value.Mutants.Show(
            $"{result.Host.Title}, {result.Variation.Title}",
            result.Flow,
            result.Variation.PacketsOf(result.Flow),
            [.. result.Legs.Select(leg => (leg.Leg, leg.Observed!))],
            result.IsLogged);
    }

    /// <summary>Ends the file.</summary>
    public void Dispose() => _writer?.Dispose();
}
