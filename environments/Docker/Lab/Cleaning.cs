namespace Hooktrail.Docker.Lab;

/// <summary>What a clean removed of dead runs, and which runs are alive, each with its process and machine.</summary>
public sealed record Cleaning(ImmutableArray<string> Removed, ImmutableArray<string> Alive);
