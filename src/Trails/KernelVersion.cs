using System.Globalization;

namespace Hooktrail.Trails;

/// <summary>A Linux release, as far as its number decides what a packet crosses: major and minor.</summary>
public readonly record struct KernelVersion(int Major, int Minor) : IComparable<KernelVersion>
{
    /// <summary>Reads <c>6.12</c> or a whole release such as <c>6.12.48-cloud-amd64</c>.</summary>
    /// <exception cref="HooktrailException">It does not begin with two numbers.</exception>
    public static KernelVersion Parse(string text)
    {
        var parts = text.Split('.');
        if (parts.Length >= 2 && Number(parts[0]) is { } major && Number(Digits(parts[1])) is { } minor)
            return new(major, minor);
        throw new HooktrailException($"\"{text}\" is not a kernel version; write one such as 6.12.");
    }

    /// <inheritdoc/>
    public int CompareTo(KernelVersion other) =>
        Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    /// <summary>Whether the left release is older.</summary>
    public static bool operator <(KernelVersion left, KernelVersion right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left release is newer.</summary>
    public static bool operator >(KernelVersion left, KernelVersion right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left release is the same or older.</summary>
    public static bool operator <=(KernelVersion left, KernelVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left release is the same or newer.</summary>
    public static bool operator >=(KernelVersion left, KernelVersion right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");

    private static string Digits(string text) => string.Concat(text.TakeWhile(char.IsAsciiDigit));

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
