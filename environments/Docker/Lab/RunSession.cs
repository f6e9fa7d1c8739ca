using Hooktrail.Docker.Engine;
using Hooktrail.Observation;

namespace Hooktrail.Docker.Lab;

/// <summary>The container that a run starts first; it shows other runs that this one is alive.</summary>
internal static class RunSession
{
    // An attempt is lost only if another run begins, or a `specs clean`, within the
    // milliseconds between creation and start.
    private const int Attempts = 10;

    /// <summary>
    /// Another run's clean may remove it first (<see cref="Leftovers"/>); then this starts again with a new id.
    /// </summary>
    public static async Task<T> StartAsync<T>(Func<RunId, Task<T>> start)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await start(RunId.New()).ConfigureAwait(false);
            }
            catch (ContainerRemovedException) when (attempt < Attempts)
            {
            }
        }
    }
}
