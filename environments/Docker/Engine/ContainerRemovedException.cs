namespace Hooktrail.Docker.Engine;

/// <summary>Another program removed a container before it ran.</summary>
public sealed class ContainerRemovedException(string message) : HooktrailException(message);
