using Hooktrail.Trails;

namespace Hooktrail.Docker.Engine;

/// <summary>The host has not got a path that a container was to have.</summary>
/// <param name="message">A sentence that says which.</param>
public sealed class NoSuchHostPathException(string message) : HooktrailException(message);
