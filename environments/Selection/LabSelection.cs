using Hooktrail.Docker.Engine;
using Hooktrail.Docker.Lab;
using Hooktrail.Labs;
using Hooktrail.Namespaces;

namespace Hooktrail.Selection;

/// <remarks>Why is a sentence for the user.</remarks>
public sealed record SelectedLab(ILab Lab, string Why);

/// <summary>Starts the chosen lab; by default the Docker lab, or the namespace lab if no Engine answers.</summary>
public static class LabSelection
{
    /// <summary>The lab of a run: docker or namespaces.</summary>
    public const string LabVariable = "SPECS_LAB";

    /// <summary>The observers of a run: log, nflog, trace, both, all, or several with commas.</summary>
    public const string ObserverVariable = "SPECS_OBSERVER";

    /// <summary>Why <see cref="LabVariable"/> is namespaces, if the user did not choose.</summary>
    public const string ReasonVariable = "SPECS_LAB_REASON";

    private static readonly string[] Kinds = ["docker", "namespaces"];

    private static readonly ImmutableArray<(string Name, Observers Observers)> Watching =
    [
        ("log", Observers.Log), ("nflog", Observers.Nflog), ("trace", Observers.Trace), ("both", Observers.Both),
        ("all", Observers.All),
    ];

    /// <summary>The environment's lab; null for any.</summary>
    /// <exception cref="HooktrailException">There is no such lab.</exception>
    public static LabKind? WantedKind() => Variable(LabVariable) is { } name ? ParseKind(name) : null;

    /// <summary>The environment's observers; null for the lab's usual ones.</summary>
    /// <exception cref="HooktrailException">There is no such observer.</exception>
    public static Observers? WantedObservers() => Variable(ObserverVariable) is { } name ? ParseObservers(name) : null;

    /// <exception cref="HooktrailException">There is no such lab.</exception>
    public static LabKind ParseKind(string name) => Array.IndexOf(Kinds, name) is var index and >= 0
        ? (LabKind)index
        : throw new HooktrailException($"Unknown lab \"{name}\"; the labs are {string.Join(" and ", Kinds)}.");

    /// <summary>Reads one name, or several with commas: <c>log,trace</c>.</summary>
    /// <exception cref="HooktrailException">There is no such observer.</exception>
    public static Observers ParseObservers(string names) =>
        names.Split(',').Select(OneOf).Aggregate((some, more) => some | more);

    private static Observers OneOf(string name) =>
        Watching.FirstOrDefault(one => one.Name == name.Trim()) is { Name: not null } known
            ? known.Observers
            : throw new HooktrailException(
                $"Unknown observer \"{name}\"; use log, nflog, trace, both, all, or several with commas.");

    /// <summary>The name on the command line and in summaries.</summary>
    public static string Name(this LabKind kind) => Kinds[(int)kind];

    /// <summary>The Docker lab uses only the setup's containers on bridges. Dispose of hosts last.</summary>
    /// <exception cref="HooktrailException">
    /// No such lab starts; the message has the reason for each attempt.
    /// </exception>
    /// <remarks>
    /// If an Engine with the image answers and its lab fails, that is a fault and no reason for the other lab.
    /// </remarks>
    public static async Task<SelectedLab> StartAsync(
        LabKind? wanted, NamespaceSetup setup, PrivateHosts hosts, CancellationToken cancellation = default)
    {
        if (wanted == LabKind.Namespaces)
        {
            var lab = await hosts.StartAsync(setup, cancellation).ConfigureAwait(false);
            return new(
                lab,
                $"The lab is in private network namespaces{Where(lab)}, {(Variable(ReasonVariable) is { } reason ? $"because {reason}" : "as requested")}.");
        }

        (ContainerEngine Engine, string Image) found;
        try
        {
            found = await EngineWithImageAsync(cancellation).ConfigureAwait(false);
        }
        catch (HooktrailException none) when (wanted is null)
        {
            return await WithoutEngineAsync(setup, hosts, none, cancellation).ConfigureAwait(false);
        }

        return new(
            await DockerLab.StartAsync(
                found.Engine,
                found.Image,
                [.. Endpoint.All.Where(endpoint => setup.Topology.Stations.Contains(endpoint.Name))],
                cancellation).ConfigureAwait(false),
            wanted is null ? "The lab is on the Docker Engine." : "The lab is on the Docker Engine, as requested.");
    }

    /// <summary>Names a namespace lab's machine, for the sentence on the choice; empty for this machine.</summary>
    public static string Where(NamespaceLab lab) => lab.Machine == ThisMachine.Instance ? "" : $" {lab.Machine.Place}";

    internal static async Task<(ContainerEngine Engine, string Image)> EngineWithImageAsync(
        CancellationToken cancellation)
    {
        var engine = await ContainerEngine.ConnectAsync(cancellation).ConfigureAwait(false);
        try
        {
            var image = LabImage.Reference();
            return await engine.HasImageAsync(image, cancellation).ConfigureAwait(false)
                ? (engine, image)
                : throw new HooktrailException(
                    $"The Docker Engine does not have the lab's image {image}; run ./specs prepare to build it.");
        }
        catch
        {
            await engine.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<SelectedLab> WithoutEngineAsync(
        NamespaceSetup setup, PrivateHosts hosts, HooktrailException none, CancellationToken cancellation)
    {
        try
        {
            return new(
                await hosts.StartAsync(setup, cancellation).ConfigureAwait(false),
                $"The lab is in private network namespaces, because the Docker lab is not available: {none.Message}");
        }
        catch (HooktrailException other)
        {
            throw new HooktrailException($"Neither lab is available here. {none.Message} {other.Message}", other);
        }
    }

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
