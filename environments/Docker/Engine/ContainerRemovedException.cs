using Hooktrail.Trails;

namespace Hooktrail.Docker.Engine;

/// <summary>Another program removed a container before it ran.</summary>
/// <param name="message">A sentence that says which.</param>
public sealed class ContainerRemovedException(string message) : HooktrailException(message);
