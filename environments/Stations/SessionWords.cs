namespace Hooktrail.Stations;

/// <summary>How to speak of a session's process to people.</summary>
/// <param name="Thing">What it is, as in «The container probe did not answer».</param>
/// <param name="OutOfTurn">What to make of an answer to a question that was not asked; ends a sentence, the full stop included.</param>
/// <param name="NotPermitted">What to do where the kernel refuses something; ends a sentence, the full stop not included.</param>
public sealed record SessionWords(string Thing, string OutOfTurn, string NotPermitted);
