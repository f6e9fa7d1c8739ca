using Hooktrail.Docker.Lab;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Namespaces;
using Hooktrail.Records;
using Hooktrail.Report;
using Hooktrail.Selection;
using NUnit.Framework;

namespace Hooktrail.Specs.Run;

/// <summary>
/// Shared by all scenarios of a run: the lab, which the first scenario that needs it starts, and the record of every
/// asserted leg, which becomes the run's output.
/// </summary>
public sealed class SpecsRun
{
    private readonly Lock _gate = new();
    private readonly List<LegRecord> _legs = [];
    private readonly SortedDictionary<string, int> _predictions = new(StringComparer.Ordinal);
    private readonly Dictionary<NamespaceSetup, Task<NamespaceLab>> _privateHosts = [];
    private readonly Lazy<PrivateHosts> _hosts =
        new(() => new(besideEngine: LabSelection.WantedKind() != LabKind.Namespaces));
    private Task<(SelectedLab Selected, HostFacts Facts)>? _lab;

    /// <summary>The run of this process.</summary>
    public static SpecsRun Current { get; } = new();

    /// <summary>Whether a scenario that cannot run live fails instead of being skipped.</summary>
    private static bool RequireLive => Environment.GetEnvironmentVariable("SPECS_REQUIRE_LIVE") == "1";

    /// <summary>
    /// Whether the Engine's machine ends with the run, so that the lab can stay up: a guest of <c>./specs kernels
    /// run</c>, which sets this.
    /// </summary>
    private static bool IsThrownAway => Environment.GetEnvironmentVariable("SPECS_THROWAWAY") == "1";

    /// <summary>The folder of the run's files; null for none, as in an IDE.</summary>
    private static string? OutputDirectory =>
        Environment.GetEnvironmentVariable("SPECS_OUT") is { Length: > 0 } path ? path : null;

    /// <summary>If no lab can start, the scenario is skipped; it fails if live runs are required.</summary>
    public async Task<ILab> LabAsync()
    {
        lock (_gate)
            _lab ??= StartLabAsync();
        return (await OrSkipAsync(_lab)).Selected.Lab;
    }

    /// <summary>For steps about the Engine; the scenario is skipped if the run has another lab.</summary>
    public async Task<DockerLab> DockerLabAsync()
    {
        var lab = await LabAsync();
        if (lab is not DockerLab)
            Assert.Ignore("This scenario needs a Docker Engine, but the run uses the namespace lab. ./specs prepare starts or installs an Engine where possible.");
        return (DockerLab)lab;
    }

    /// <summary>A namespace host, shared by all scenarios with this setup.</summary>
    public async Task<ILab> PrivateHostAsync(NamespaceSetup setup)
    {
        Task<NamespaceLab>? starting;
        lock (_gate)
            if (!_privateHosts.TryGetValue(setup, out starting))
                _privateHosts[setup] = starting = ProvenAsync(_hosts.Value.StartAsync(setup));
        return await OrSkipAsync(starting);
    }

    /// <summary>Ends a scenario that this host cannot run, with the reason.</summary>
    public static Exception Cannot(string reason)
    {
        if (RequireLive)
            Assert.Fail($"{reason} (A failure because SPECS_REQUIRE_LIVE=1 is set.)");
        Assert.Ignore(reason);
        return new InvalidOperationException(reason); // never reached: both of them throw
    }

    /// <summary>
    /// Adds a line to a file, which grows while the run goes on; Reqnroll writes its messages at the end.
    /// </summary>
    public void CountScenario()
    {
        if (OutputDirectory is not { } directory)
            return;
        lock (_gate)
            File.AppendAllText(
                Path.Combine(Directory.CreateDirectory(directory).FullName, RunFiles.EndedScenarios), "ended\n");
    }

    /// <summary>Counts a scenario of the feature that asked only the model, and passed.</summary>
    public void CountPrediction(string feature)
    {
        lock (_gate)
            _predictions[feature] = _predictions.GetValueOrDefault(feature) + 1;
    }

    /// <summary>Replaces the same scenario's earlier record of the leg.</summary>
    public void Record(LegRecord leg)
    {
        lock (_gate)
        {
            var before = _legs.FindIndex(
                kept => kept.Scenario == leg.Scenario
                    && kept.Flow == leg.Flow
                    && kept.Leg == leg.Leg
                    && Equals(kept.HostProfile, leg.HostProfile));
            if (before < 0)
                _legs.Add(leg);
            else
                _legs[before] = leg;
        }
    }

    /// <summary>Writes the run's files, and takes the lab down.</summary>
    public async Task EndAsync()
    {
        var lab = _lab is { IsCompletedSuccessfully: true }
            ? await _lab
            : ((SelectedLab Selected, HostFacts Facts)?)null;
        if (OutputDirectory is { } directory)
            Write(directory, lab?.Selected, lab?.Facts ?? new([], []));
        if (IsThrownAway)
            return;
        ILab?[] labs =
        [
            lab?.Selected.Lab,
            .. _privateHosts.Values.Where(host => host.IsCompletedSuccessfully).Select(host => host.Result)
        ];
        await Task.WhenAll(labs.OfType<ILab>().Select(one => one.DisposeAsync().AsTask()));
        if (_hosts.IsValueCreated)
            await _hosts.Value.DisposeAsync();
    }

    private async Task<(SelectedLab Selected, HostFacts Facts)> StartLabAsync()
    {
        var selected = await LabSelection.StartAsync(
            LabSelection.WantedKind(), NamespaceSetup.Default with { Docker = DockerRelease.V20 }, _hosts.Value);
        try
        {
            await selected.Lab.ProveTapsAsync();
            return (selected, await selected.Lab.FactsAsync());
        }
        catch
        {
            await selected.Lab.DisposeAsync();
            throw;
        }
    }

    private static async Task<NamespaceLab> ProvenAsync(Task<NamespaceLab> starting)
    {
        var lab = await starting;
        try
        {
            await lab.ProveTapsAsync();
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    private void Write(string directory, SelectedLab? selected, HostFacts told)
    {
        var profile = selected?.Lab.Profile ?? HostProfile.Default;
        var file = new TrailsFile(
            profile,
            [.. _legs.Select(leg => leg with { HostProfile = leg.HostProfile == profile ? null : leg.HostProfile })])
        {
            Facts = selected is null ? told.Facts : told.Facts.Insert(0, new("why this lab", selected.Why)),
            Hooks = told.Hooks,
        };
        Directory.CreateDirectory(directory);
        using (var trails = File.Create(Path.Combine(directory, "trails.json")))
            TrailsJson.Write(trails, file);
        File.WriteAllText(
            Path.Combine(directory, "summary.md"),
            MarkdownSummary.Of(file, why: selected?.Why, hooks: HookMap.Of, predictions: _predictions));
    }

    private static async Task<T> OrSkipAsync<T>(Task<T> starting)
    {
        try
        {
            return await starting;
        }
        catch (HooktrailException lack)
        {
            throw Cannot(lack.Message.Contains("./specs prepare")
                ? lack.Message
                : $"{lack.Message} ./specs prepare installs what is missing where possible.");
        }
    }
}
