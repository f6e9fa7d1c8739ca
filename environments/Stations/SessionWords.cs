namespace Hooktrail.Stations;

/// <summary>The words for a session's process in messages.</summary>
/// <param name="Thing">As in «The container probe did not answer».</param>
/// <param name="OutOfTurn">What an unasked answer means; ends a sentence, with the full stop.</param>
/// <param name="NotPermitted">What to do where the kernel refuses; ends a sentence, without the full stop.</param>
public sealed record SessionWords(string Thing, string OutOfTurn, string NotPermitted);
