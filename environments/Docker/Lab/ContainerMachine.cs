using Hooktrail.Docker.Engine;
using Hooktrail.Stations.Machines;

namespace Hooktrail.Docker.Lab;

/// <summary>Holds any number of namespace labs on the Engine's kernel; all of them end with its one session.</summary>
public sealed class ContainerMachine : IMachine
{
    private readonly Multiplexer _processes;

    private ContainerMachine(ContainerSession session, Multiplexer processes, string place) =>
        (Session, _processes, Place) = (session, processes, place);

    internal ContainerSession Session { get; }

    public string Place { get; }

    public bool IsRoot => true;

    public string Advice =>
        "the container needs the capability SYS_ADMIN, and seccomp and AppArmor profiles that allow unshare and mount; find out what on the Engine's host denies them";

    /// <remarks>HIGH of multiplex.pl.</remarks>
    public int DescriptorLimit => 200;

    public string Entrance(int processId) =>
        $"docker exec -it {Session.Name} nsenter --net --mount --target {processId}";

    /// <summary>Starts the container.</summary>
    /// <param name="engine">The Engine, which the caller keeps until this machine is disposed.</param>
    /// <param name="image">The lab's image.</param>
    /// <param name="place">The <see cref="Place"/>; by default it names the container and the Engine.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <exception cref="HooktrailException">The Engine refuses; nothing is left behind.</exception>
    public static async Task<ContainerMachine> StartAsync(
        ContainerEngine engine, string image, string? place = null, CancellationToken cancellation = default)
    {
        var info = await engine.DescribeAsync(cancellation).ConfigureAwait(false);
        return await RunSession.StartAsync(async run =>
        {
            var spec = Containers.PrivateHosts(run, image);
            var where = place ?? $"in the container {spec.Name} of the Docker Engine at {info.Endpoint}";
            var processes = new Multiplexer(where);
            var session = await engine.StartAsync(spec, processes, cancellation).ConfigureAwait(false);
            processes.Connect(session.StandardInput);
            return new ContainerMachine(session, processes, where);
        }).ConfigureAwait(false);
    }

    public async Task<IMachineProcess> StartAsync(MachineProgram program, CancellationToken cancellation = default) =>
        await _processes.StartAsync(program, cancellation).ConfigureAwait(false);

    public ValueTask DisposeAsync() => Session.DisposeAsync();
}
