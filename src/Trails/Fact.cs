namespace Hooktrail.Trails;

/// <summary>Something that a lab measured of its host, for people to read; nothing is decided by it.</summary>
/// <param name="Name">What was measured: <c>kernel</c>, <c>docker</c>, <c>iptables</c>, the name of a sysctl.</param>
/// <param name="Value">What it is, as the tool says it.</param>
public sealed record Fact(string Name, string Value);
