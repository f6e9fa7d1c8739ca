namespace Hooktrail.Rules.Reading;

/// <summary>
/// Two negated values that lie side by side in a header are one comparison in the kernel if the tool takes them
/// together: then one different value is enough. iptables-nft up to 1.8.10 does it with both ports, and nft 1.0.6 with
/// any two fields (measured); what they print is the same either way.
/// </summary>
internal static class LoadedAsOne
{
    /// <summary>
    /// Holds if both differ, does not if neither does, and is both ways if one does. Both matches are negated.
    /// </summary>
    public static AnyOfMatch OrNot(Match one, Match other, string text) => new(
        [
            [one, other],
            [
                new UnknownMatch(text, false),
                new AnyOfMatch([[one with { Negated = false }, other with { Negated = false }]], true),
            ],
        ],
        false);
}
