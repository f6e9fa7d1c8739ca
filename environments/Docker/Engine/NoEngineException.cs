using Hooktrail.Trails;

namespace Hooktrail.Docker.Engine;

/// <summary>Nobody answers where an Engine was looked for. A refused right is something else: there an Engine may well be.</summary>
/// <param name="endpoint">Where it was looked for, as <c>DOCKER_HOST</c> writes it.</param>
/// <param name="message">A sentence that says so, and what to do.</param>
/// <param name="cause">What the operating system said.</param>
public sealed class NoEngineException(string endpoint, string message, Exception cause) : HooktrailException(message, cause)
{
    /// <summary>Where it was looked for, as <c>DOCKER_HOST</c> writes it.</summary>
    public string Endpoint { get; } = endpoint;
}
