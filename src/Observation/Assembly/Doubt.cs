namespace Hooktrail.Observation;

/// <summary>
/// Why an observation is inconclusive. Any step of the assembly that finds a contradiction throws it.
/// </summary>
internal sealed class Doubt(string message) : Exception(message);
