using System.Text.RegularExpressions;
using Hooktrail.Model;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Live;

/// <summary>
/// Whether NAT changes the sender's port by a rule. Without such a rule it keeps the port, if no connection has it
/// already (net/netfilter/nf_nat_core.c, get_unique_tuple).
/// </summary>
internal static partial class PortChange
{
    /// <summary>The rule; null if there is none on the predicted way.</summary>
    public static RuleStep? Of(HostProfile host, Flow flow, Forecast forecast) => forecast.Legs
        .Where(leg => leg.Leg == Leg.Request)
        .SelectMany(leg => Prediction.Rules(host, flow, leg.Leg, leg.Trail))
        .FirstOrDefault(rule => rule.Verdict == RuleVerdict.Translate && ChangesPort().IsMatch(rule.Text));

    // Of iptables: MASQUERADE --to-ports 1024-2048, SNAT --to-source 192.0.2.1:1024-2048, --random; of nft: masquerade to
    // :1024-2048 random, snat to 192.0.2.1:1024.
    [GeneratedRegex(@"-j MASQUERADE.*--to-ports|--to-source \S+:\d|-j (MASQUERADE|SNAT).*--random|masquerade.* to :|snat.* to \S+:\d|(masquerade|snat).*random")]
    private static partial Regex ChangesPort();
}
