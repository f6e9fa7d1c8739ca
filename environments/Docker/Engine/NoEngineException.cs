namespace Hooktrail.Docker.Engine;

/// <summary>No Engine answers. A missing right is another error, since an Engine may be there.</summary>
public sealed class NoEngineException(string endpoint, string message, Exception cause)
    : HooktrailException(message, cause)
{
    /// <summary>As <c>DOCKER_HOST</c> writes it.</summary>
    public string Endpoint { get; } = endpoint;
}
