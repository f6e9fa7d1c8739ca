using System.Collections.Immutable;

namespace Hooktrail.Docker.Engine;

/// <summary>A container or network that was found by a label.</summary>
/// <param name="Id">The Engine's id, 64 hexadecimal digits.</param>
/// <param name="Name">Its name, without the Engine's leading slash.</param>
/// <param name="Labels">All its labels.</param>
public sealed record LabelledResource(string Id, string Name, ImmutableDictionary<string, string> Labels);
