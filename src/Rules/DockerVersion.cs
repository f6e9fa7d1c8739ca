namespace Hooktrail.Rules;

/// <summary>
/// A version of Docker, and the release whose rules answer for it. <paramref name="Note"/> names that release; it is
/// null if the version does.
/// </summary>
public sealed record DockerVersion(DockerRelease Release, string? Note)
{
    private const string Nftables = "-nftables";

    // The minor releases of each rule set. Those of 28.0 and later were compared by moby's own documents of their
    // rules, from 28.0.0 to 29.7.2.
    private static readonly ImmutableArray<(DockerRelease Release, string Name, string Versions)> Known =
    [
        (DockerRelease.V20, "20.10", "20.10 23.0 24.0 25.0 26.0 26.1"),
        (DockerRelease.V27, "27", "27.0 27.1 27.2 27.3 27.4 27.5"),
        (DockerRelease.V28, "28.0.1", "28.0 28.1"),
        (DockerRelease.V28Dot2, "28.2", "28.2 28.3 28.4 28.5"),
        (DockerRelease.V29, "29", "29.0 29.1 29.2 29.3 29.4 29.5 29.6 29.7"),
    ];

    private static readonly ImmutableArray<(int Major, int Minor, DockerRelease Release, string Name)> Minors =
    [
        .. from one in Known
           from version in one.Versions.Split(' ')
           let parts = version.Split('.')
           select (Number(parts[0])!.Value, Number(parts[1])!.Value, one.Release, one.Name),
    ];

    /// <summary>Parses 20.10.24, 28.5, 29 or 29-nftables.</summary>
    /// <exception cref="HooktrailException">The text is no version, or that release has no such backend.</exception>
    public static DockerVersion Parse(string text)
    {
        var parts = text.Split('-', '+')[0].Split('.');
        if (Number(parts[0]) is not { } major || parts.Length > 1 && Number(parts[1]) is null)
            throw new HooktrailException(
                $"Unknown release of Docker \"{text}\"; write its version, such as 20.10, 28.5, 29 or 29-nftables.");
        var minor = parts.Length > 1 ? Number(parts[1]) : null;
        // A major number without a minor one means its newest release.
        var asked = (major, minor ?? int.MaxValue);
        var older = Minors.Where(one => (one.Major, one.Minor).CompareTo(asked) <= 0).ToList();
        var (_, least, release, name) = older.Count > 0 ? older[^1] : Minors[0];
        var isKnown = older.Count > 0 && older[^1].Major == major && (minor is null || least == minor);
        if (isKnown && (major, minor) == (28, 0) && parts is [_, _, "0", ..])
            (release, name) = (DockerRelease.V28Dot0Dot0, "28.0.0");
        if (text.EndsWith(Nftables, StringComparison.Ordinal))
            (release, name) = release == DockerRelease.V29
                ? (DockerRelease.V29Nftables, name + Nftables)
                : throw new HooktrailException(
                    $"Docker {text[..^Nftables.Length]} has no backend for nftables; write 29-nftables, or {text[..^Nftables.Length]} for its rules of iptables.");
        return new(release, Told(text, name, isKnown, older.Count > 0));
    }

    private static string? Told(string text, string name, bool isKnown, bool hasOlder) =>
        text == name || text == "28.0" && name == "28.0.1" ? null
        : isKnown ? $"Docker {text} has the rules of Docker {name}."
        : hasOlder
            ? $"Docker {text} is not known to Hooktrail, so the rules are those of Docker {name}, the nearest older release that is."
        : $"Docker {text} is not known to Hooktrail, and no older release is, so the rules are those of Docker {name}.";

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
