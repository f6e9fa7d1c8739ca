using System.Text.RegularExpressions;

namespace Hooktrail.Kernels.Archive;

/// <summary>A kernel that the Debian archive serves.</summary>
/// <param name="Version">The upstream release, such as 6.1.176.</param>
/// <param name="Release">As <c>uname -r</c> prints it, such as <c>6.1.0-50-cloud-amd64</c>.</param>
/// <param name="PackageVersion">Such as <c>6.1.176-1</c>.</param>
/// <param name="Suite">Such as <c>bookworm</c>.</param>
public sealed partial record ServedKernel(Version Version, string Release, string PackageVersion, string Suite)
{
    /// <summary>The package that contains the kernel, or that depends on packages that do.</summary>
    public string Package => $"linux-image-{Release}";

    /// <summary>
    /// Parses the output of <c>apt-cache madison</c>; the oldest kernel comes first. Takes only the flavour for virtual
    /// machines, which has all of netfilter and a fifth of the drivers.
    /// </summary>
    public static ImmutableArray<ServedKernel> Parse(string madison) =>
    [
        .. madison.Split('\n')
            .Select(line => Line().Match(line))
            .Where(match => match.Success)
            .Select(match => new ServedKernel(
                System.Version.Parse(match.Groups["version"].Value),
                match.Groups["release"].Value,
                match.Groups["package"].Value,
                match.Groups["suite"].Value))
            .DistinctBy(kernel => (kernel.Release, kernel.PackageVersion))
            .OrderBy(kernel => kernel.Version).ThenBy(kernel => kernel.PackageVersion, StringComparer.Ordinal),
    ];

    [GeneratedRegex(
        @"^ *linux-image-(?<release>[0-9]\S*-cloud-amd64) *\| *(?<package>(?<version>[0-9]+(\.[0-9]+)+)\S*) *\| *\S+ (?<suite>[^ /]+)/")]
    private static partial Regex Line();
}
