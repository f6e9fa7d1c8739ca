using Hooktrail.Records;

namespace Hooktrail.Judging.Comparison;

/// <remarks>The name is what the user typed; the label is short, for a column or a sentence.</remarks>
public sealed record ComparedRun(string Name, string Label, TrailsFile Trails);
