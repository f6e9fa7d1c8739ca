namespace Hooktrail.Labs;

/// <summary>One thing that was looked at.</summary>
/// <param name="What">What was looked at.</param>
/// <param name="Found">What there is.</param>
/// <param name="Consequence">What cannot be done for the lack of it; null where nothing is lacking.</param>
public sealed record ExaminationFinding(string What, string Found, string? Consequence = null);
