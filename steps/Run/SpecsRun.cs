using Hooktrail.Docker.Engine;
using Hooktrail.Docker.Lab;
using Hooktrail.Report;
using Hooktrail.Trails;
using Hooktrail.Trails.Json;
using NUnit.Framework;

namespace Hooktrail.Specs.Run;

/// <summary>
/// What all scenarios of a run share: the lab, started by the first scenario that needs it, and the record of every leg that was
/// asserted, of which the run's output is made.
/// </summary>
public sealed class SpecsRun
{
    private readonly Lock _gate = new();
    private readonly List<LegRecord> _legs = [];
    private Task<DockerLab>? _lab;

    /// <summary>The run of this process.</summary>
    public static SpecsRun Current { get; } = new();

    /// <summary>
    /// Whether a scenario that cannot run live is a failure rather than skipped: on the machine that is there to run them.
    /// </summary>
    private static bool RequireLive => Environment.GetEnvironmentVariable("SPECS_REQUIRE_LIVE") == "1";

    /// <summary>Where the run's files go; null where nobody asked for them, as in an IDE.</summary>
    private static string? OutputDirectory => Environment.GetEnvironmentVariable("SPECS_OUT") is { Length: > 0 } path ? path : null;

    /// <summary>
    /// The lab; the scenario is skipped, or failed where live is required, if this host cannot have one.
    /// </summary>
    public async Task<DockerLab> LabAsync()
    {
        lock (_gate)
            _lab ??= StartAsync();
        try
        {
            return await _lab;
        }
        catch (HooktrailException lack)
        {
            throw Cannot(lack.Message);
        }
    }

    /// <summary>Ends a scenario that this host cannot run, with the reason.</summary>
    public static Exception Cannot(string reason)
    {
        if (RequireLive)
            Assert.Fail($"{reason} (SPECS_REQUIRE_LIVE=1 makes this a failure.)");
        Assert.Ignore(reason);
        return new InvalidOperationException(reason); // never reached: both of them throw
    }

    /// <summary>Keeps what came of a leg, in place of what was kept of it before in the same scenario.</summary>
    public void Record(LegRecord leg)
    {
        lock (_gate)
        {
            var before = _legs.FindIndex(
                kept => kept.Scenario == leg.Scenario && kept.Flow == leg.Flow && kept.Leg == leg.Leg && Equals(kept.HostProfile, leg.HostProfile));
            if (before < 0)
                _legs.Add(leg);
            else
                _legs[before] = leg;
        }
    }

    /// <summary>Takes the lab down and writes what the run leaves.</summary>
    public async Task EndAsync()
    {
        var profile = HostProfile.Default;
        if (_lab is { IsCompletedSuccessfully: true })
        {
            var lab = await _lab;
            profile = lab.Profile;
            await lab.DisposeAsync();
        }
        if (OutputDirectory is { } directory)
            Write(directory, new TrailsFile(profile, [.. _legs.Select(leg => leg with { HostProfile = leg.HostProfile == profile ? null : leg.HostProfile })]));
    }

    private static void Write(string directory, TrailsFile file)
    {
        Directory.CreateDirectory(directory);
        using (var trails = File.Create(Path.Combine(directory, "trails.json")))
            TrailsJson.Write(trails, file);
        File.WriteAllText(Path.Combine(directory, "summary.md"), MarkdownSummary.Of(file));
    }

    private static async Task<DockerLab> StartAsync() =>
        await DockerLab.StartAsync(await ContainerEngines.ConnectAsync(), LabImage.Reference());
}
