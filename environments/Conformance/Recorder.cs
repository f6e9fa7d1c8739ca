using Hooktrail.Records;

namespace Hooktrail.Conformance;

/// <summary>
/// Counts each result, writes it to <c>trails.json</c> and shows it to the mutants; keeps none in memory.
/// </summary>
/// <remarks>The stream stays open.</remarks>
public sealed class Recorder(Stream stream, Findings findings, Mutants? mutants) : IDisposable
{
    private TrailsWriter? _writer;
    private HostProfile? _basis;
    private (HostProfile Profile, Mutants.OnHost Mutants)? _shown;

    public void Take(FlowResult result)
    {
        findings.Add(result);
        // The file's profile is that of the first flow; other flows record only their differences from it.
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
            [.. result.Legs.Select(leg => leg with { Predicted = null })],
            result.IsLogged);
    }

    /// <summary>Writes the end of the file.</summary>
    public void Dispose() => _writer?.Dispose();
}
