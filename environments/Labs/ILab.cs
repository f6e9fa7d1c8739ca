using Hooktrail.Observation;

namespace Hooktrail.Labs;

/// <summary>
/// A lab has endpoints, carries flows and reports the hooks that they crossed. Only one flow is under way at a time.
/// Disposing the lab restores its host.
/// </summary>
public interface ILab : IAsyncDisposable
{
    LabKind Kind { get; }

    /// <summary>The id that marks everything of this run.</summary>
    RunId Run { get; }

    ImmutableArray<Endpoint> Endpoints { get; }

    /// <summary>The observers that the lab has.</summary>
    Observers Observers { get; }

    /// <summary>The default observers. The trace is not among them, because it costs time.</summary>
    Observers Usual => Observers & Observers.Both;

    /// <summary>
    /// The host's kernel, switches and rules, read at the start and after each change. When a change ends, the profile
    /// from before it returns; the host is read again before the next flow, or by <see cref="ReadAsync"/>.
    /// </summary>
    HostProfile Profile { get; }

    /// <summary>
    /// The hook points whose taps have fired in this run: only there does silence mean «not crossed».
    /// </summary>
    FiredTaps Fired { get; }

    /// <summary>Sends flows over the unchanged host so that every tap fires, before its silence counts.</summary>
    /// <exception cref="HooktrailException">Something failed.</exception>
    Task ProveTapsAsync(CancellationToken cancellation = default);

    /// <summary>Changes the host until the result is disposed. Later changes end first.</summary>
    /// <exception cref="CannotChangeException">
    /// The host does not belong to the lab, or its kernel lacks something.
    /// </exception>
    /// <exception cref="HooktrailException">A tool refused it.</exception>
    Task<IAsyncDisposable> ChangeAsync(HostChange change, CancellationToken cancellation = default);

    /// <summary>Reads the host again, and updates <see cref="Profile"/>.</summary>
    /// <exception cref="HooktrailException">It could not be read.</exception>
    Task<HostProfile> ReadAsync(CancellationToken cancellation = default);

    /// <summary>Reads what no flow needs: versions, settings, registrations.</summary>
    /// <exception cref="HooktrailException">It could not be read.</exception>
    Task<HostFacts> FactsAsync(CancellationToken cancellation = default);

    /// <summary>Sends one flow and returns what the observers saw of it.</summary>
    /// <exception cref="CannotSendException">The lab cannot carry such a flow.</exception>
    /// <exception cref="HooktrailException">Something failed.</exception>
    Task<Seen> SendAsync(Flow flow, Sending sending, CancellationToken cancellation = default);
}

public enum LabKind
{
    /// <summary>Containers of a Docker Engine, on the Engine's host.</summary>
    Docker,

    /// <summary>Network namespaces, one of which is the host.</summary>
    Namespaces,
}

/// <summary>This lab's host cannot have the change; another lab's may.</summary>
/// <param name="reason">A sentence: what cannot be changed, and where it could be.</param>
public sealed class CannotChangeException(string reason) : HooktrailException(reason);

/// <summary>This lab cannot carry the flow; another lab may. Nothing has failed, and other flows can be sent.</summary>
/// <param name="reason">A sentence: why, and which lab could send it.</param>
public sealed class CannotSendException(string reason) : HooktrailException(reason);
