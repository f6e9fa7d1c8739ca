using Hooktrail.Docker.Engine;
using Hooktrail.Docker.Lab;
using Hooktrail.Labs;
using Hooktrail.Namespaces;
using Hooktrail.Trails;

namespace Hooktrail.Selection;

/// <summary>A lab, and why it is this one.</summary>
/// <param name="Lab">The lab, started.</param>
/// <param name="Why">A sentence for people.</param>
public sealed record SelectedLab(ILab Lab, string Why);

/// <summary>
/// Starts the lab that was asked for. Who asks for none gets the Docker lab, and where no Engine answers the namespace lab, and is told so.
/// </summary>
public static class LabSelection
{
    /// <summary>The environment variable that names the lab of a run: docker or namespaces.</summary>
    public const string LabVariable = "SPECS_LAB";

    /// <summary>The environment variable that names who watches: log, nflog or both.</summary>
    public const string ObserverVariable = "SPECS_OBSERVER";

    /// <summary>The environment variable that says why <see cref="LabVariable"/> says namespaces, where nobody asked for them.</summary>
    public const string ReasonVariable = "SPECS_LAB_REASON";

    private static readonly string[] Kinds = ["docker", "namespaces"];
    private static readonly string[] Watching = ["log", "nflog", "both"];

    /// <summary>The lab that the environment asks for; null for whichever can be had.</summary>
    /// <exception cref="HooktrailException">There is no such lab.</exception>
    public static LabKind? WantedKind() => Variable(LabVariable) is { } name ? ParseKind(name) : null;

    /// <summary>The observers that the environment asks for; null for all that the lab has.</summary>
    /// <exception cref="HooktrailException">There is no such observer.</exception>
    public static Observers? WantedObservers() => Variable(ObserverVariable) is { } name ? ParseObservers(name) : null;

    /// <summary>Finds the lab that a user named.</summary>
    /// <exception cref="HooktrailException">There is no such lab.</exception>
    public static LabKind ParseKind(string name) => Array.IndexOf(Kinds, name) is var index and >= 0
        ? (LabKind)index
        : throw new HooktrailException($"Unknown lab \"{name}\"; the labs are {string.Join(" and ", Kinds)}.");

    /// <summary>Finds the observers that a user named.</summary>
    /// <exception cref="HooktrailException">There are none such.</exception>
    public static Observers ParseObservers(string name) => Array.IndexOf(Watching, name) is var index and >= 0
        ? (Observers)(index + 1)
        : throw new HooktrailException($"Unknown observer \"{name}\"; write {string.Join(", ", Watching[..^1])} or {Watching[^1]}.");

    /// <summary>The lab's name on the command line and in summaries.</summary>
    public static string Name(this LabKind kind) => Kinds[(int)kind];

    /// <summary>Starts a lab.</summary>
    /// <param name="wanted">Which; null for whichever can be had, the Docker lab first.</param>
    /// <param name="setup">What the namespace lab's host is to be like; of the Docker lab its topology says which containers are on bridges.</param>
    /// <param name="hosts">Where namespace labs live; it is to be disposed of after the lab.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="HooktrailException">It cannot be had; says why, and of both where either would have done.</exception>
    /// <remarks>
    /// A Docker lab that fails to start on an Engine that has the image is no reason to take another: that is a fault to know of.
    /// </remarks>
    public static async Task<SelectedLab> StartAsync(LabKind? wanted, NamespaceSetup setup, OwnHosts hosts, CancellationToken cancellation = default)
    {
        if (wanted == LabKind.Namespaces)
        {
            var lab = await hosts.StartAsync(setup, cancellation).ConfigureAwait(false);
            return new(lab, $"The lab is in private network namespaces{Where(lab)}, {(Variable(ReasonVariable) is { } reason ? $"because {reason}" : "as was asked for")}.");
        }

        (IContainerEngine Engine, string Image) found;
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
                found.Engine, found.Image, [.. Endpoint.All.Where(endpoint => setup.Topology.Stations.Contains(endpoint.Name))], cancellation).ConfigureAwait(false),
            wanted is null ? "The lab is on the Docker Engine." : "The lab is on the Docker Engine, as was asked for.");
    }

    /// <summary>In what machine a namespace lab is, for the sentence that says why it is the one; nothing where it is the usual one.</summary>
    /// <param name="lab">The lab.</param>
    public static string Where(NamespaceLab lab) => lab.Machine == ThisMachine.Instance ? "" : $" {lab.Machine.Place}";

    internal static async Task<(IContainerEngine Engine, string Image)> EngineWithImageAsync(CancellationToken cancellation)
    {
        var engine = await ContainerEngines.ConnectAsync(cancellation).ConfigureAwait(false);
        try
        {
            var image = LabImage.Reference();
            return await engine.HasImageAsync(image, cancellation).ConfigureAwait(false)
                ? (engine, image)
                : throw new HooktrailException($"The Docker Engine does not have the lab's image {image}; run ./specs prepare, it builds it.");
        }
        catch
        {
            await engine.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<SelectedLab> WithoutEngineAsync(
        NamespaceSetup setup, OwnHosts hosts, HooktrailException none, CancellationToken cancellation)
    {
        try
        {
            return new(
                await hosts.StartAsync(setup, cancellation).ConfigureAwait(false),
                $"The lab is in private network namespaces, because the Docker lab cannot be had: {none.Message}");
        }
        catch (HooktrailException other)
        {
            throw new HooktrailException($"Neither lab can be had here. {none.Message} {other.Message}", other);
        }
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
