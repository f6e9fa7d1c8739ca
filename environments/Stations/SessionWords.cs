namespace Hooktrail.Stations;

/// <summary>The words for a session's process in messages.</summary>
/// <param name="Thing">The subject in «The container probe did not answer».</param>
/// <param name="OutOfTurn">What an unexpected answer means; ends a sentence, with the full stop.</param>
/// <param name="NotPermitted">The remedy if the kernel refuses; ends a sentence, without the full stop.</param>
public sealed record SessionWords(string Thing, string OutOfTurn, string NotPermitted);
