using System.Text.RegularExpressions;

namespace Hooktrail.Twins;

/// <summary>
/// The counters of nfacct that rules of iptables name (<c>-m nfacct --nfacct-name</c>). A rule loads only if its counter
/// is there; what it has counted decides nothing.
/// </summary>
public static partial class NamedCounters
{
    /// <summary>What makes them; it is loaded before the rules.</summary>
    public static IEnumerable<LoadedRules> Of(IEnumerable<string> rules) => rules
        .SelectMany(line => Name().Matches(line))
        .Select(match => match.Groups[1].Value)
        .Distinct()
        .Select(name => new LoadedRules($"nfacct add {name}", ""));

    // A shell takes it as one word.
    [GeneratedRegex(@"--nfacct-name +([A-Za-z0-9_.:-]+)(?= |$)")]
    private static partial Regex Name();
}
