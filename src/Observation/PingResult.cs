using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Hooktrail.Trails;

namespace Hooktrail.Observation;

/// <summary>What ping saw from its end.</summary>
/// <param name="Sent">How many requests it sent.</param>
/// <param name="Answered">The numbers of those that were answered; the first is 1.</param>
public sealed partial record PingResult(int Sent, ImmutableSortedSet<int> Answered)
{
    /// <summary>Reads what ping of iputils writes, not quiet.</summary>
    /// <exception cref="HooktrailException">There is no summary in it.</exception>
    public static PingResult Parse(string output) =>
        Summary().Match(output) is { Success: true } summary
            ? new(Number(summary), [.. Answers().Matches(output).Select(Number)])
            : throw new HooktrailException($"ping did not finish; it wrote: {(output.Trim() is "" ? "nothing" : output.Trim())}");

    private static int Number(Match match) => int.Parse(match.Groups[1].ValueSpan);

    [GeneratedRegex(@"^([0-9]{1,9}) packets transmitted", RegexOptions.Multiline)]
    private static partial Regex Summary();

    [GeneratedRegex(@"^[0-9]+ bytes from .*\bicmp_seq=([0-9]{1,9})\b", RegexOptions.Multiline)]
    private static partial Regex Answers();
}
