using Hooktrail.Docker.Engine;
using Hooktrail.Stations.Machines;
using Hooktrail.Trails;

namespace Hooktrail.Docker.Lab;

/// <summary>
/// A container of an Engine in which namespace labs live, so that their kernel is the Engine's, wherever that is. One container has any number of
/// labs. It ends with its one session: by <see cref="DisposeAsync"/>, or by the death of this process, and every process and namespace in it with it.
/// </summary>
public sealed class ContainerMachine : IMachine
{
    private readonly Multiplexer _processes;

    private ContainerMachine(IContainerSession session, Multiplexer processes, string place) => (Session, _processes, Place) = (session, processes, place);

    /// <summary>The container.</summary>
    internal IContainerSession Session { get; }

    /// <inheritdoc/>
    public string Place { get; }

    /// <inheritdoc/>
    public bool IsRoot => true;

    /// <inheritdoc/>
    public string Advice => "the container needs the capability SYS_ADMIN, and a seccomp profile and an AppArmor profile that let who has it unshare and mount, so see what on the Engine's host takes them away";

    /// <inheritdoc/>
    public string Entrance(int processId) => $"docker exec -it {Session.Name} nsenter --net --mount --target {processId}";

    /// <summary>Starts the container.</summary>
    /// <param name="engine">The Engine; owned by the caller, and needed to the end.</param>
    /// <param name="image">The lab's image.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="HooktrailException">The Engine refuses; nothing is left.</exception>
    public static async Task<ContainerMachine> StartAsync(IContainerEngine engine, string image, CancellationToken cancellation = default)
    {
        var info = await engine.DescribeAsync(cancellation).ConfigureAwait(false);
        return await RunSession.StartAsync(async run =>
        {
            var spec = Containers.OwnHosts(run, image);
            var place = $"in the container {spec.Name} of the Docker Engine at {info.Endpoint}";
            var processes = new Multiplexer(place);
            var session = await engine.StartAsync(spec, processes, cancellation).ConfigureAwait(false);
            processes.Connect(session.StandardInput);
            return new ContainerMachine(session, processes, place);
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IMachineProcess> StartAsync(MachineProgram program, CancellationToken cancellation = default) =>
        await _processes.StartAsync(program, cancellation).ConfigureAwait(false);

    /// <summary>Ends the container and everything in it.</summary>
    public ValueTask DisposeAsync() => Session.DisposeAsync();
}
