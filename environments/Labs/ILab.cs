using Hooktrail.Observation;

namespace Hooktrail.Labs;

/// <summary>
/// Has endpoints, carries flows and tells which hooks they crossed. One flow is under way at a time; disposing the lab
/// restores its host.
/// </summary>
public interface ILab : IAsyncDisposable
{
    LabKind Kind { get; }

    /// <summary>The id that marks everything of this run.</summary>
    RunId Run { get; }

    ImmutableArray<Endpoint> Endpoints { get; }

    Observers Observers { get; }

    /// <summary>
    /// The host: its kernel, switches and rules, read at the start and after each change. The end of a change restores
    /// the profile from before it; the host is read again before the next flow, or by <see cref="ReadAsync"/>.
    /// </summary>
    HostProfile Profile { get; }

    /// <summary>The hook points that have fired in this run: only there does silence mean «not crossed».</summary>
    FiredTaps Fired { get; }

    /// <summary>Sends flows over the unchanged host so that every tap fires, before silence counts.</summary>
    /// <exception cref="HooktrailException">Something failed.</exception>
    Task ProveTapsAsync(CancellationToken cancellation = default);

    /// <summary>Changes the host until the result is disposed of. Later changes end first.</summary>
    /// <exception cref="CannotChangeException">The host is not the lab's, or its kernel lacks something.</exception>
    /// <exception cref="HooktrailException">A tool refused it.</exception>
    Task<IAsyncDisposable> ChangeAsync(HostChange change, CancellationToken cancellation = default);

    /// <summary>Reads the host anew, for <see cref="Profile"/> too.</summary>
    /// <exception cref="HooktrailException">It could not be read.</exception>
    Task<HostProfile> ReadAsync(CancellationToken cancellation = default);

    /// <summary>Reads what no flow needs: versions, settings, registrations.</summary>
    /// <exception cref="HooktrailException">It could not be read.</exception>
    Task<HostFacts> FactsAsync(CancellationToken cancellation = default);

    /// <summary>Sends one flow and tells what was seen of it.</summary>
    /// <exception cref="CannotSendException">The lab cannot carry such a flow.</exception>
    /// <exception cref="HooktrailException">Something failed.</exception>
    Task<Seen> SendAsync(Flow flow, Sending sending, CancellationToken cancellation = default);
}

public enum LabKind
{
    /// <summary>Containers of a Docker Engine, on the Engine's host.</summary>
    Docker,

    /// <summary>Network namespaces, one of which plays the host.</summary>
    Namespaces,
}

/// <summary>The lab's host cannot be changed so; another lab's may.</summary>
/// <param name="reason">A sentence: what cannot be changed, and where it could be.</param>
public sealed class CannotChangeException(string reason) : HooktrailException(reason);

/// <summary>The lab cannot carry such a flow; another lab may. Nothing has failed, and other flows can be sent.</summary>
/// <param name="reason">A sentence: why, and where the flow could be sent.</param>
public sealed class CannotSendException(string reason) : HooktrailException(reason);
