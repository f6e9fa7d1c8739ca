namespace Hooktrail.Docker.Engine;

internal static class EngineWords
{
    /// <summary>
    /// The names in <c>/info</c>'s SecurityOptions, whose items are like <c>name=seccomp,profile=default</c>.
    /// </summary>
    public static ImmutableArray<string> SecurityFeatures(IEnumerable<string>? options) =>
    [
        .. from option in options ?? []
           from field in option.Split(',')
           where field.StartsWith("name=", StringComparison.Ordinal)
           select field["name=".Length..],
    ];

    public static ImmutableDictionary<string, string> OrEmpty(this IEnumerable<KeyValuePair<string, string>>? labels) =>
        labels?.ToImmutableDictionary() ?? ImmutableDictionary<string, string>.Empty;
}
