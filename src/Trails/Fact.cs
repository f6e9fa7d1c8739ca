namespace Hooktrail.Trails;

/// <summary>
/// What a lab measured of its host, such as its kernel or a sysctl, for people to read; nothing depends on it.
/// </summary>
public sealed record Fact(string Name, string Value);
