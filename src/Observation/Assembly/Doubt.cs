namespace Hooktrail.Observation;

/// <summary>Why an observation is inconclusive. It ends the assembly from wherever the contradiction shows.</summary>
internal sealed class Doubt(string message) : Exception(message);
