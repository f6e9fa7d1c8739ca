using Hooktrail.Trails.Json;

namespace Hooktrail.Comparison;

/// <summary>A run that is compared.</summary>
/// <param name="Name">What the user called it: a file, a folder, a baseline's name.</param>
/// <param name="Label">A short name for a column or a sentence.</param>
/// <param name="Trails">What it recorded.</param>
public sealed record ComparedRun(string Name, string Label, TrailsFile Trails);
