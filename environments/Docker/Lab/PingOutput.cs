using System.Globalization;
using System.Text.RegularExpressions;
using Hooktrail.Observation;
using Hooktrail.Trails;

namespace Hooktrail.Docker.Lab;

/// <summary>What ping of iputils says.</summary>
internal static partial class PingOutput
{
    /// <summary>Reads what it writes, not quiet.</summary>
    /// <exception cref="HooktrailException">There is no summary in it.</exception>
    public static Exchanged Parse(string output) =>
        Summary().Match(output) is { Success: true } summary
            ? new(Number(summary), [.. Answers().Matches(output).Select(Number)])
            : throw new HooktrailException($"ping did not finish; it wrote: {(output.Trim() is "" ? "nothing" : output.Trim())}");

    private static int Number(Match match) => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^([0-9]{1,9}) packets transmitted", RegexOptions.Multiline)]
    private static partial Regex Summary();

    [GeneratedRegex(@"^[0-9]+ bytes from .*\bicmp_seq=([0-9]{1,9})\b", RegexOptions.Multiline)]
    private static partial Regex Answers();
}
