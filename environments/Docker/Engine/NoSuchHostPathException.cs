namespace Hooktrail.Docker.Engine;

/// <summary>The host lacks a path that a container is to mount.</summary>
public sealed class NoSuchHostPathException(string message) : HooktrailException(message);
