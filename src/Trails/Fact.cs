namespace Hooktrail.Trails;

/// <summary>A measurement of the lab's host, such as a sysctl, for readers; no trail depends on it.</summary>
public sealed record Fact(string Name, string Value);
