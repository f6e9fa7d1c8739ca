namespace Hooktrail.Trails;

/// <summary>
/// One of the ways that a leg can go, where the model cannot decide a match. The trail is null if the leg does not come
/// about.
/// </summary>
public sealed record Way(Trail? Trail, ImmutableArray<Supposition> Supposing)
{
    /// <summary>How the leg ends, in words.</summary>
    public string Ending => Trail?.Outcome.ToString() ?? "it does not come about";

    public bool Equals(Way? other) =>
        other is not null && Trail == other.Trail && Supposing.AsSpan().SequenceEqual(other.Supposing.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Trail, Supposing.Length);
}

public static class Ways
{
    /// <summary>
    /// What two courses suppose alike. What only one supposes, or both differently, makes no difference between them.
    /// </summary>
    public static ImmutableArray<Supposition> Common(
        ImmutableArray<Supposition> one, ImmutableArray<Supposition> other) => [.. one.Where(other.Contains)];

    /// <summary>
    /// All ways in one clause: <c>delivered to server, or dropped at iptables filter FORWARD (-A DOCKER-USER -m recent
    /// … -j DROP), depending on recent of "-A DOCKER-USER -m recent … -j DROP"</c>.
    /// </summary>
    public static string InWords(IReadOnlyList<Way> ways)
    {
        List<string> different = [.. ways.Select(way => way.Ending).Distinct(StringComparer.Ordinal)];
        var endings = different.Count == 1 ? $"{different[0]} by several ways" : string.Join(", or ", different);
        var open = ways.SelectMany(way => way.Supposing).Select(one => one.Question).Distinct(StringComparer.Ordinal);
        return $"{endings}, depending on {string.Join(" and ", open)}";
    }
}
