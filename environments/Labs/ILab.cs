using System.Collections.Immutable;
using Hooktrail.Observation;
using Hooktrail.Trails;

namespace Hooktrail.Labs;

/// <summary>
/// An environment that has endpoints, carries flows and says which hooks they crossed. One flow is under way at a time; disposing the
/// lab gives its host back as it was.
/// </summary>
public interface ILab : IAsyncDisposable
{
    /// <summary>What it is made of.</summary>
    LabKind Kind { get; }

    /// <summary>The id that marks everything of this run.</summary>
    RunId Run { get; }

    /// <summary>Who is there, by the names of <see cref="Endpoint"/>.</summary>
    ImmutableArray<Endpoint> Endpoints { get; }

    /// <summary>Who can watch in this lab.</summary>
    Observers Observers { get; }

    /// <summary>
    /// The host: its kernel, switches and rules, read from it at the start and after each change. What a change's end gives back is as it was before
    /// that change; it is read again before the next flow, or by <see cref="ReadAsync"/>.
    /// </summary>
    HostProfile Profile { get; }

    /// <summary>The hook points that have shown in this run that they can fire: only there does silence mean «not crossed».</summary>
    FiredTracepoints Fired { get; }

    /// <summary>Sends flows in each direction over a host that nobody has changed, so that every tracepoint has fired before somebody takes its silence for a proof.</summary>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="HooktrailException">Something failed; says what.</exception>
    Task ProveTracepointsAsync(CancellationToken cancellation = default);

    /// <summary>Changes the host until the result is disposed of; <see cref="Profile"/> tells of it. Later changes end first.</summary>
    /// <exception cref="CannotChangeException">This lab's host cannot be changed so: it is not the lab's own, or its kernel lacks something.</exception>
    /// <exception cref="HooktrailException">A tool refused it; says why.</exception>
    Task<IAsyncDisposable> ChangeAsync(HostChange change, CancellationToken cancellation = default);

    /// <summary>Reads the host anew: what <see cref="Profile"/> says from now on.</summary>
    /// <exception cref="HooktrailException">It could not be read; says why.</exception>
    Task<HostProfile> ReadAsync(CancellationToken cancellation = default);

    /// <summary>Reads what people want to know of the host and no flow needs: versions, settings, who is registered at which hook.</summary>
    /// <exception cref="HooktrailException">It could not be read; says why.</exception>
    Task<HostFacts> FactsAsync(CancellationToken cancellation = default);

    /// <summary>Sends one flow and says what was seen of it.</summary>
    /// <param name="flow">Who speaks to whom.</param>
    /// <param name="sending">How often, and who watches.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="CannotSendException">The lab cannot carry such a flow.</exception>
    /// <exception cref="HooktrailException">Something failed; says what.</exception>
    Task<Seen> SendAsync(Flow flow, Sending sending, CancellationToken cancellation = default);
}

/// <summary>What a lab is made of.</summary>
public enum LabKind
{
    /// <summary>Containers of a Docker Engine, on the Engine's host.</summary>
    Docker,

    /// <summary>Network namespaces of the lab's own, one of which plays the host.</summary>
    Namespaces,
}

/// <summary>The lab's host cannot be changed in that way; another lab's may.</summary>
/// <param name="reason">A sentence that says what cannot be changed, and where it could be.</param>
public sealed class CannotChangeException(string reason) : HooktrailException(reason);

/// <summary>The lab cannot carry such a flow; another lab may. Nothing has failed, and other flows can be sent.</summary>
/// <param name="reason">A sentence that says why, and where it could be sent.</param>
public sealed class CannotSendException(string reason) : HooktrailException(reason);
