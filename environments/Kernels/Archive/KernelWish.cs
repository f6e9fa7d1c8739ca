using System.Text.RegularExpressions;

namespace Hooktrail.Kernels.Archive;

/// <summary>A kernel as a user names it: a series (6.1), a release (6.12.107), or <c>newest</c>.</summary>
public sealed partial record KernelWish
{
    private const string Newest = "newest";

    private KernelWish(string text) => Text = text;

    public string Text { get; }

    /// <summary>
    /// The name for the kernel's results: as the user wrote it, which stays after an
    /// update; for the newest, its series.
    /// </summary>
    public string Name(ServedKernel kernel) => Text == Newest ? Series(kernel) : Text;

    /// <exception cref="HooktrailException">The text is no version.</exception>
    public static KernelWish Parse(string text) => text == Newest || Numbers().IsMatch(text)
        ? new(text)
        : throw new HooktrailException(
            $"\"{text}\" is not a kernel; write a series such as 6.1, a release such as 6.12.107, or {Newest}; ./specs kernels list prints them all.");

    /// <summary>The newest kernel that matches; if several suites serve it, the first suite's.</summary>
    /// <exception cref="HooktrailException">No kernel matches.</exception>
    public ServedKernel In(ImmutableArray<ServedKernel> served)
    {
        var meant = served.Where(kernel => Means(kernel.Version)).ToList();
        return meant.MaxBy(kernel => kernel.Version) ?? throw new HooktrailException(
            $"The archive has no kernel {Text}; it has {string.Join(", ", served.Select(Series).Distinct())}: see ./specs kernels list, or use your own kernel with --kernel-image.");
    }

    /// <summary>The first two numbers.</summary>
    public static string Series(ServedKernel kernel) => kernel.Version.ToString(2);

    /// <summary>Whether the upstream release is meant: 6.1 means 6.1.176 and not 6.12.</summary>
    public bool Means(Version version) =>
        Text == Newest
        || version.ToString() == Text
        || version.ToString().StartsWith(Text + ".", StringComparison.Ordinal);

    [GeneratedRegex(@"^[0-9]{1,3}(\.[0-9]{1,4}){1,2}\z")]
    private static partial Regex Numbers();
}
