using Hooktrail.Docker.Engine;
using Hooktrail.Stations.Talk;

namespace Hooktrail.Docker.Lab;

/// <summary>
/// Sends from inside a user's running container: a container of the lab's image in its network namespace. Nothing of the
/// user's container changes, and the guest ends with this program, also if it is killed.
/// </summary>
public sealed class ContainerGuest : IAsyncDisposable
{
    private readonly ContainerEngine _engine;
    private readonly Station _station;

    private ContainerGuest(ContainerEngine engine, Station station) => (_engine, _station) = (engine, station);

    public Talker Talker => _station.Talker;

    /// <param name="container">The container's name.</param>
    /// <param name="pings">Whether it is to send echoes.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="HooktrailException">
    /// No Engine answers, it has not the lab's image, or it refuses; nothing is left behind.
    /// </exception>
    public static async Task<ContainerGuest> StartAsync(
        string container, bool pings, CancellationToken cancellation = default)
    {
        var engine = await ContainerEngine.ConnectAsync(cancellation).ConfigureAwait(false);
        try
        {
            var image = LabImage.Reference();
            if (!await engine.HasImageAsync(image, cancellation).ConfigureAwait(false))
                throw new HooktrailException(
                    $"To send from inside a container, the Docker Engine needs the lab's image {image}; run ./specs prepare to build it.");
            var station = await RunSession.StartAsync(async run => new Station(
                await engine.StartAsync(Containers.Guest(run, image, container, pings), cancellation)
                    .ConfigureAwait(false))).ConfigureAwait(false);
            try
            {
                await station.TalkAsync([], cancellation).ConfigureAwait(false);
                return new(engine, station);
            }
            catch
            {
                await station.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch
        {
            await engine.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _station.DisposeAsync().ConfigureAwait(false);
        await _engine.DisposeAsync().ConfigureAwait(false);
    }
}
