using Hooktrail.Docker.Engine;
using Hooktrail.Docker.Lab;
using Hooktrail.Namespaces;
using Hooktrail.Stations.Machines;

namespace Hooktrail.Selection;

/// <summary>
/// The place of a run's namespace labs: this machine, or, beside a Docker lab on another kernel, a container of its
/// Engine, so that they show that kernel. The first lab decides the place for all. Disposing ends the container;
/// dispose of the labs first.
/// </summary>
/// <param name="besideEngine">Whether they run beside the lab of the environment's Engine, if there is one.</param>
public sealed class PrivateHosts(bool besideEngine) : IAsyncDisposable
{
    /// <summary>The user's choice of the place, for any kernel of the Engine: machine, engine, or none.</summary>
    public const string PlaceVariable = "SPECS_OWN_HOSTS";

    /// <summary>The value of <see cref="PlaceVariable"/> for a run without them.</summary>
    public const string Nowhere = "none";

    private const string Release = "/proc/sys/kernel/osrelease";
    private const string Boot = "/proc/sys/kernel/random/boot_id";

    private readonly Lock _gate = new();
    private Task<(IMachine Machine, ContainerEngine? Engine)>? _decision;

    /// <summary>The machine of the labs.</summary>
    /// <exception cref="HooktrailException">
    /// The Engine cannot start the container, or the variable has a bad value.
    /// </exception>
    public async Task<IMachine> MachineAsync(CancellationToken cancellation = default)
    {
        Task<(IMachine Machine, ContainerEngine? Engine)> decision;
        lock (_gate)
            decision = _decision ??= DecideAsync(CancellationToken.None);
        return (await decision.WaitAsync(cancellation).ConfigureAwait(false)).Machine;
    }

    /// <exception cref="HooktrailException">The machine cannot have such a lab.</exception>
    public async Task<NamespaceLab> StartAsync(NamespaceSetup setup, CancellationToken cancellation = default) =>
        await NamespaceLab.StartAsync(
            await MachineAsync(cancellation).ConfigureAwait(false), setup, cancellation).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        if (_decision is null)
            return;
        await ((Task)_decision).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_decision.IsCompletedSuccessfully)
            return;
        var (machine, engine) = await _decision.ConfigureAwait(false);
        await machine.DisposeAsync().ConfigureAwait(false);
        if (engine is not null)
            await engine.DisposeAsync().ConfigureAwait(false);
    }

    private Task<(IMachine Machine, ContainerEngine? Engine)> DecideAsync(CancellationToken cancellation) =>
        Environment.GetEnvironmentVariable(PlaceVariable) switch
        {
            "engine" => OnEngineAsync(cancellation),
            "machine" => Task.FromResult<(IMachine, ContainerEngine?)>((ThisMachine.Instance, null)),
            Nowhere => throw new HooktrailException(
                $"Private hosts are disabled ({PlaceVariable}={Nowhere}): the scenario chooses their rules and backend, so one run per kernel is enough."),
            null or "" => besideEngine
                ? BesideEngineAsync(cancellation)
                : Task.FromResult<(IMachine, ContainerEngine?)>((ThisMachine.Instance, null)),
            var other => throw new HooktrailException(
                $"Unknown place \"{other}\" in {PlaceVariable}; use machine, engine or {Nowhere}."),
        };

    private static async Task<(IMachine Machine, ContainerEngine? Engine)> BesideEngineAsync(
        CancellationToken cancellation)
    {
        (ContainerEngine Engine, string Image) found;
        try
        {
            found = await LabSelection.EngineWithImageAsync(cancellation).ConfigureAwait(false);
        }
        catch (HooktrailException)
        {
            return (ThisMachine.Instance, null); // there is no Docker lab either
        }

        return await OnEngineAsync(found.Engine, found.Image, evenIfSame: false, cancellation).ConfigureAwait(false);
    }

    private static async Task<(IMachine Machine, ContainerEngine? Engine)> OnEngineAsync(CancellationToken cancellation)
    {
        var (engine, image) = await LabSelection.EngineWithImageAsync(cancellation).ConfigureAwait(false);
        return await OnEngineAsync(engine, image, evenIfSame: true, cancellation).ConfigureAwait(false);
    }

    // Usually the socket is that of this machine's Engine and both kernels have the same release, which is cheap to
    // compare. Otherwise a container must compare the kernels: two machines may run one release, and a local port may
    // lead into a virtual machine.
    internal static async Task<(IMachine Machine, ContainerEngine? Engine)> OnEngineAsync(
        ContainerEngine engine, string image, bool evenIfSame, CancellationToken cancellation)
    {
        IMachine? container = null;
        try
        {
            var info = await engine.DescribeAsync(cancellation).ConfigureAwait(false);
            if (evenIfSame
                || !EngineEndpoint.Parse(info.Endpoint).IsDefault
                || info.KernelRelease != (await ReadAsync(Release, cancellation).ConfigureAwait(false)).Trim())
            {
                container = await ContainerMachine.StartAsync(engine, image, cancellation: cancellation)
                    .ConfigureAwait(false);
                if (evenIfSame || !await IsThisKernelAsync(container, cancellation).ConfigureAwait(false))
                    return (container, engine);
                await container.DisposeAsync().ConfigureAwait(false);
            }

            await engine.DisposeAsync().ConfigureAwait(false);
            return (ThisMachine.Instance, null);
        }
        catch
        {
            if (container is not null)
                await container.DisposeAsync().ConfigureAwait(false);
            await engine.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Whether processes there run on this process's kernel: the same release and the same boot.</summary>
    internal static async Task<bool> IsThisKernelAsync(IMachine machine, CancellationToken cancellation)
    {
        await using var cat = await machine.StartAsync(
            new MachineProgram("cat", Release, Boot), cancellation).ConfigureAwait(false);
        using var reader = new StreamReader(cat.ReaderOf(MachineProgram.Output));
        var there = await reader.ReadToEndAsync(cancellation).ConfigureAwait(false);
        return there == await ReadAsync(
            Release, cancellation).ConfigureAwait(false) + await ReadAsync(Boot, cancellation).ConfigureAwait(false);
    }

    private static Task<string> ReadAsync(string file, CancellationToken cancellation) =>
        File.ReadAllTextAsync(file, cancellation);
}
