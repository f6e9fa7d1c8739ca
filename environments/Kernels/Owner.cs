using System.Text.RegularExpressions;

namespace Hooktrail.Kernels;

/// <summary>
/// A process that owns something. Process ids are reused; together with the start time, an id is unique.
/// </summary>
/// <remarks>The start time is field 22 of /proc/PID/stat, in ticks.</remarks>
internal readonly partial record struct Owner(int ProcessId, long StartedAt)
{
    public static Owner Self { get; } = new(Environment.ProcessId, StartOf(Environment.ProcessId) ?? 0);

    public bool IsAlive => StartOf(ProcessId) == StartedAt;

    /// <summary>Reads what <see cref="ToString"/> wrote; null for anything else.</summary>
    public static Owner? Parse(string text) => Form().Match(text) is { Success: true } match
        ? new(
            int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture),
            long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture))
        : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ProcessId}.{StartedAt}");

    private static long? StartOf(int process)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            // The field comes after the name, which is in parentheses and may contain blanks.
            return long.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^([0-9]{1,9})\.([0-9]{1,18})\z")]
    private static partial Regex Form();
}
