using System.Globalization;

namespace Hooktrail.Trails;

/// <summary>A Linux release, as far as its number decides what a packet crosses.</summary>
/// <param name="Major">The first number.</param>
/// <param name="Minor">The second; with the first it names the series.</param>
/// <param name="Patch">
/// The third, which counts the stable releases of a series; null where nobody knows it. Then it is taken for the newest of its series, which is what whoever says
/// «6.1» today most likely has; in the order of releases it is the first.
/// </param>
public readonly record struct KernelVersion(int Major, int Minor, int? Patch = null) : IComparable<KernelVersion>
{
    /// <summary>
    /// Reads <c>6.12</c> or a whole release such as <c>6.12.48-cloud-amd64</c>. A third number of zero says nothing: distributions write it whatever
    /// stable release it is, as in Debian's 6.1.0-50 and Ubuntu's 5.15.0-91.
    /// </summary>
    /// <exception cref="HooktrailException">It does not begin with two numbers.</exception>
    public static KernelVersion Parse(string text)
    {
        var parts = text.Split('.');
        if (parts.Length >= 2 && Number(parts[0]) is { } major && Number(Digits(parts[1])) is { } minor)
            return new(major, minor, parts.Length > 2 && parts[1].All(char.IsAsciiDigit) && Number(Digits(parts[2])) is > 0 and var patch ? patch : null);
        throw new HooktrailException($"\"{text}\" is not a kernel version; write one such as 6.12 or 6.1.176.");
    }

    /// <summary>Whether two releases are of one series.</summary>
    public bool IsOfSeriesOf(KernelVersion other) => (Major, Minor) == (other.Major, other.Minor);

    /// <inheritdoc/>
    public int CompareTo(KernelVersion other) => (Major, Minor, Patch ?? 0).CompareTo((other.Major, other.Minor, other.Patch ?? 0));

    /// <summary>Whether the left release is older.</summary>
    public static bool operator <(KernelVersion left, KernelVersion right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left release is newer.</summary>
    public static bool operator >(KernelVersion left, KernelVersion right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left release is the same or older.</summary>
    public static bool operator <=(KernelVersion left, KernelVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left release is the same or newer.</summary>
    public static bool operator >=(KernelVersion left, KernelVersion right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}") + (Patch is { } patch ? $".{Number(patch)}" : "");

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Digits(string text) => string.Concat(text.TakeWhile(char.IsAsciiDigit));

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
