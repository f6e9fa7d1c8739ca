using System.Diagnostics.CodeAnalysis;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Observation.Nflog;

/// <summary>
/// What legacy tables write of a traced packet: <c>TRACE: filter:DOCKER-USER:rule:2 </c>
/// (net/ipv4/netfilter/ip_tables.c and net/ipv6/netfilter/ip6_tables.c, trace_packet). It goes to the namespace's
/// logger, and if that is nfnetlink_log, to the log group 0 (net/netfilter/nfnetlink_log.c, default_loginfo).
/// </summary>
internal static class LegacyTrace
{
    private const string Begin = "TRACE: ";

    /// <summary>
    /// Reads a record's prefix. The word rule, policy or return does not tell whether a rule matched: the kernel takes
    /// an unconditional verdict for the chain's end, wherever it stands (get_chainname_rulenum). The number does.
    /// </summary>
    /// <param name="family">The record's family.</param>
    /// <param name="prefix">The prefix.</param>
    /// <param name="step">The rule; its verdict is not told.</param>
    public static bool TryParse(int family, string prefix, [NotNullWhen(true)] out TraceStep? step)
    {
        step = null;
        if (family is not (2 or 10) || !prefix.StartsWith(Begin, StringComparison.Ordinal)
            || prefix[Begin.Length..].TrimEnd().Split(':') is not [var table, .. var chain, "rule" or "policy" or "return", var number]
            || LogFields.Number(number) is not { } place)
            return false;
        step = new(
            family == 10 ? NftFamily.Ip6 : NftFamily.Ip, table, string.Join(':', chain), null, RuleVerdict.Unknown)
        {
            Number = place,
        };
        return true;
    }
}
