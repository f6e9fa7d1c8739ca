using System.Text.RegularExpressions;
using Match = System.Text.RegularExpressions.Match;

namespace Hooktrail.Observation.Import;

/// <summary>
/// The LOG prefixes of programs that write rules. Their rules log some packets only, and at most a few a minute, so a
/// packet without a line proves nothing.
/// </summary>
internal static partial class LogTools
{
    private static readonly LogMeaning Filter = new(
    [
        new(Layer.Iptables, "filter", "INPUT"),
        new(Layer.Iptables, "filter", "FORWARD"),
        new(Layer.Iptables, "filter", "OUTPUT"),
    ]);

    private static readonly LogMeaning Nat = new(
        [new(Layer.Iptables, "nat", "PREROUTING"), new(Layer.Iptables, "nat", "OUTPUT")]);

    private static readonly LogMeaning Spoofed = new([new(Layer.Iptables, "mangle", "PREROUTING")]);

    /// <summary>The meaning by the text that ends with the prefix; null for none of the program's.</summary>
    public static LogMeaning? Of(TraceFormat format, string text, bool byNft) => format switch
    {
        TraceFormat.Ufw => Ufw(UfwPrefix().Match(text)),
        TraceFormat.Firewalld => Firewalld(FirewalldPrefix().Match(text), byNft),
        TraceFormat.Shorewall => Shorewall(ShorewallPrefix().Match(text)),
        _ => null,
    };

    /// <summary>The program whose prefix it is; null for none.</summary>
    public static TraceFormat? Of(string text)
    {
        foreach (var format in TraceFormats.OfTools)
            if (Of(format, text, byNft: true) is not null)
                return format;
        return null;
    }

    // Rules of ufw 0.36: ufw-after-logging-*, ufw-logging-deny, ufw-user-limit; ufw-docker adds «DOCKER».
    private static LogMeaning? Ufw(Match prefix) => !prefix.Success ? null : Filter with
    {
        Decision = prefix.Groups[1].Value switch
        {
            "BLOCK" or "DOCKER BLOCK" => TracedDecision.Dropped,
            "LIMIT BLOCK" => TracedDecision.Rejected,
            "ALLOW" => TracedDecision.Passed,
            _ => TracedDecision.Untold,
        },
        Prefix = prefix.Value.Trim(),
    };

    // firewalld's src/firewall/core/ipXtables.py and nftables.py: FINAL_REJECT, STATE_INVALID_DROP, rpfilter_DROP, and
    // the names of zones and policies; the same in both backends.
    private static LogMeaning? Firewalld(Match prefix, bool byNft)
    {
        if (!prefix.Success)
            return null;
        var isEarly = prefix.Groups[1].Value == "rpfilter";
        string[] chains = isEarly ? ["PREROUTING"] : ["INPUT", "FORWARD", "OUTPUT"];
        return new(
        [
            .. chains.Select(chain => byNft
                ? new HookPoint(Layer.Nftables, "inet firewalld", $"filter_{chain}")
                : new HookPoint(Layer.Iptables, isEarly ? "mangle" : "filter", chain)),
        ])
        {
            Decision = prefix.Groups[2].Value == "REJECT" ? TracedDecision.Rejected : TracedDecision.Dropped,
            Prefix = prefix.Value.Trim(' ', '"', '\'', ':'),
        };
    }

    // LOGFORMAT of shorewall.conf is «Shorewall:%s:%s:», from 5.1 on «%s %s »: the chain and the disposition.
    private static LogMeaning? Shorewall(Match prefix)
    {
        if (!prefix.Success)
            return null;
        var (chain, disposition) = (prefix.Groups["chain"].Value, prefix.Groups["disposition"].Value);
        var meaning = disposition is "DNAT" or "REDIRECT" ? Nat : chain == "rpfilter" ? Spoofed : Filter;
        return meaning with
        {
            Decision = disposition switch
            {
                "DROP" => TracedDecision.Dropped,
                "REJECT" => TracedDecision.Rejected,
                "ACCEPT" => TracedDecision.Passed,
                _ => TracedDecision.Untold,
            },
            Prefix = prefix.Value.Trim(),
        };
    }

    [GeneratedRegex(@"\[UFW ((?:[A-Z]+ )*[A-Z]+)\]\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex UfwPrefix();

    [GeneratedRegex(@"(?:^|[\s""'])([A-Za-z0-9_-]+)_(REJECT|DROP):[\s""']*$", RegexOptions.CultureInvariant)]
    private static partial Regex FirewalldPrefix();

    [GeneratedRegex(
        @"(?:\bShorewall6?:(?<chain>[^\s:]+):(?<disposition>[A-Z_]+):?|(?:^|\s)(?<chain>[a-z~][\w~-]*|INPUT|FORWARD|OUTPUT) (?<disposition>DROP|REJECT|ACCEPT|DNAT|REDIRECT|CONTINUE|QUEUE|LOG))\s*$",
        RegexOptions.CultureInvariant)]
    private static partial Regex ShorewallPrefix();
}
