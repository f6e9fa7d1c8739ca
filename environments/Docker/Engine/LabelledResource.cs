namespace Hooktrail.Docker.Engine;

/// <summary>A container or network. The id has 64 hexadecimal digits; the name has no leading slash.</summary>
public sealed record LabelledResource(string Id, string Name, ImmutableDictionary<string, string> Labels);
