namespace Hooktrail.Trails;

/// <summary>
/// A Linux release. <paramref name="Patch"/> counts the stable releases of a series; null if unknown. It then counts as
/// the newest of its series, which «6.1» most likely means today, but sorts as the first.
/// </summary>
public readonly record struct KernelVersion(int Major, int Minor, int? Patch = null) : IComparable<KernelVersion>
{
    /// <summary>
    /// Parses <c>6.12</c> or a whole release such as <c>6.12.48-cloud-amd64</c>. A third number of zero is ignored:
    /// distributions write it for any stable release, as in Debian's 6.1.0-50 and Ubuntu's 5.15.0-91.
    /// </summary>
    /// <exception cref="HooktrailException">The text does not begin with two numbers.</exception>
    public static KernelVersion Parse(string text)
    {
        var parts = text.Split('.');
        if (parts.Length >= 2 && Number(parts[0]) is { } major && Number(Digits(parts[1])) is { } minor)
            return new(
                major,
                minor,
                parts.Length > 2 && parts[1].All(char.IsAsciiDigit) && Number(Digits(parts[2])) is > 0 and var patch
                    ? patch
                    : null);
        throw new HooktrailException($"\"{text}\" is not a kernel version; write one such as 6.12 or 6.1.176.");
    }

    public bool IsOfSeriesOf(KernelVersion other) => (Major, Minor) == (other.Major, other.Minor);

    public int CompareTo(KernelVersion other) =>
        (Major, Minor, Patch ?? 0).CompareTo((other.Major, other.Minor, other.Patch ?? 0));

    public static bool operator <(KernelVersion left, KernelVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(KernelVersion left, KernelVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(KernelVersion left, KernelVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(KernelVersion left, KernelVersion right) => left.CompareTo(right) >= 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}")
        + (Patch is { } patch ? $".{Number(patch)}" : "");

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Digits(string text) => string.Concat(text.TakeWhile(char.IsAsciiDigit));

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
