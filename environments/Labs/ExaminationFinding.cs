namespace Hooktrail.Labs;

/// <summary>One result of an examination.</summary>
/// <remarks>The consequence is null if nothing is missing.</remarks>
public sealed record ExaminationFinding(string What, string Found, string? Consequence = null);
