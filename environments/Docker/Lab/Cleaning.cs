using System.Collections.Immutable;

namespace Hooktrail.Docker.Lab;

/// <summary>What came of a look for leftovers.</summary>
/// <param name="Removed">What dead runs had left, and is gone.</param>
/// <param name="Alive">The other runs that are alive, each with its process and machine.</param>
public sealed record Cleaning(ImmutableArray<string> Removed, ImmutableArray<string> Alive);
