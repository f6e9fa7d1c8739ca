using Docker.DotNet;
using Docker.DotNet.Models;

namespace Hooktrail.Docker.Engine;

/// <summary>
/// Learns a container's exit code and removal from the Engine's events. Docker.DotNet cannot wait for a removal, and a
/// container that removes itself may be gone before it can be inspected.
/// </summary>
internal sealed class ContainerEnd : IProgress<Message>
{
    private readonly TaskCompletionSource<int?> _removed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int? _exitCode;

    private ContainerEnd()
    {
    }

    /// <summary>Returns the exit code after the container is removed; null if it never ran.</summary>
    public static async Task<int?> WatchAsync(IDockerClient client, DockerCalls calls, string container, string name)
    {
        var end = new ContainerEnd();
        var what = $"wait for the container {name}";
        using var enough = new CancellationTokenSource();
        var parameters = new ContainerEventsParameters
        {
            Since = "1", // from the first event that the Engine remembers, so that none before the subscription is lost
            Filters = new Dictionary<string, IDictionary<string, bool>>
            {
                ["type"] = new Dictionary<string, bool> { ["container"] = true },
                ["container"] = new Dictionary<string, bool> { [container] = true },
                ["event"] = new Dictionary<string, bool> { ["die"] = true, ["destroy"] = true },
            },
        };
        var watching = calls.TellAsync(
            what, () => client.System.MonitorEventsAsync(parameters, end, enough.Token), enough.Token);
        if (await Task.WhenAny(watching, end._removed.Task).ConfigureAwait(false) == watching
            && !end._removed.Task.IsCompleted)
        {
            await watching.ConfigureAwait(false);
            throw EngineErrors.Lost(calls.Endpoint, what, new EndOfStreamException("its events ended"));
        }

        await enough.CancelAsync().ConfigureAwait(false);
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await end._removed.Task.ConfigureAwait(false);
    }

    public void Report(Message value)
    {
        if (value.Action == "die" && value.Actor.Attributes.TryGetValue("exitCode", out var code))
            _exitCode = int.Parse(code, CultureInfo.InvariantCulture);
        else if (value.Action == "destroy")
            _removed.TrySetResult(_exitCode);
    }
}
