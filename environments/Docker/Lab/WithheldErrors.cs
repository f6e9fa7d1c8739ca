namespace Hooktrail.Docker.Lab;

/// <summary>
/// The ICMP errors that the kernel's rate limits withheld. Linux counts them since 6.1: for each IP version those of
/// the limit per address, and for IPv4 also those of the limit for all addresses.
/// </summary>
internal static class WithheldErrors
{
    /// <summary>Starts no process, because it runs for every flow.</summary>
    public const string Script = """
        for file in /proc/net/snmp /proc/net/snmp6; do
            lines=()
            [ ! -r $file ] || mapfile -t lines <$file
            for line in "${lines[@]}"; do case $line in Icmp:* | Icmp6OutRateLimitHost*) echo "$line" ;; esac; done
        done
        """;

    /// <summary>Since the host booted; 0 on a kernel that does not count them.</summary>
    public static long Count(IReadOnlyList<string> lines) => OfV4(lines) + OfV6(lines);

    // The IPv4 file has a line of names, then a line of numbers.
    private static long OfV4(IReadOnlyList<string> lines)
    {
        var icmp =
            lines.Where(line => line.StartsWith("Icmp: ", StringComparison.Ordinal)).Select(line => line.Split(' '));
        return icmp.ToList() is [var names, var numbers]
            ? names.Zip(numbers)
                .Where(pair => pair.First.StartsWith("OutRateLimit", StringComparison.Ordinal))
                .Sum(pair => Number(pair.Second))
            : 0;
    }

    private static long OfV6(IReadOnlyList<string> lines) => lines
        .Where(line => line.StartsWith("Icmp6", StringComparison.Ordinal))
        .Sum(line => Number(line.Split('\t')[^1]));

    private static long Number(string text) =>
        long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
