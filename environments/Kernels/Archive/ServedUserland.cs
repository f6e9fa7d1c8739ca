using System.Text.RegularExpressions;

namespace Hooktrail.Kernels.Archive;

/// <summary>The upstream versions of the programs that decide a packet's way, as the archive serves them.</summary>
public sealed partial record ServedUserland(Userland Userland, string Docker, string Iptables, string Nft)
{
    internal static ImmutableArray<string> Packages => ["docker.io", "iptables", "nftables"];

    /// <summary>Parses the output of <c>apt-cache madison</c>; leaves out a release that lacks one of the packages.</summary>
    public static ImmutableArray<ServedUserland> Parse(string madison)
    {
        // A package's newest version comes first.
        var versions = madison.Split('\n')
            .Select(line => Line().Match(line))
            .Where(match => match.Success)
            .GroupBy(match => (Suite: match.Groups["suite"].Value, Package: match.Groups["package"].Value))
            .ToDictionary(group => group.Key, group => group.First().Groups["version"].Value);
        return
        [
            .. from userland in Userland.All
               let found = Packages.Select(package => versions.GetValueOrDefault((userland.Suite, package))).ToArray()
               where found.All(version => version is not null)
               select new ServedUserland(userland, found[0]!, found[1]!, found[2]!),
        ];
    }

    // «20.10.24+dfsg1-1+deb12u1+b2» is upstream's 20.10.24.
    [GeneratedRegex(
        @"^ *(?<package>docker\.io|iptables|nftables) *\| *([0-9]+:)?(?<version>[0-9]+(\.[0-9]+)*)\S* *\| *\S+ (?<suite>[^ /]+)/")]
    private static partial Regex Line();
}
