using System.Text;
using Hooktrail.Live;
using Hooktrail.Text;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Cli.Verbs;

/// <summary>How many of the packets of a watch went as predicted.</summary>
internal sealed class WatchTally
{
    public int Agreed { get; private set; }

    public int Parted { get; private set; }

    public int Untold { get; private set; }

    public int Count => Agreed + Parted + Untold;

    public void Add(JudgedPacket packet)
    {
        if (packet.Agrees == true)
            Agreed++;
        else if (packet.Agrees == false)
            Parted++;
        else
            Untold++;
    }
}

/// <summary>Watched packets for a terminal.</summary>
internal static class WatchText
{
    /// <summary>A packet: what it is, its hops with the rules that matched, and whether that is predicted.</summary>
    public static string Of(int number, JudgedPacket judged, bool everyHook)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"\n{number}  {Name(judged)}\n");
        var predicted = judged.Predicted;
        var hops = Math.Max(judged.Seen.Hops.Length, judged.PartsAt is null ? 0 : predicted?.Hops.Length ?? 0);
        for (var hop = 1; hop <= hops; hop++)
        {
            var seen = judged.Seen.Hops.ElementAtOrDefault(hop - 1);
            var said = predicted?.Hops.ElementAtOrDefault(hop - 1);
            var (met, due) = (judged.Seen.RulesAt(hop).ToList(), predicted?.RulesAt(hop).ToList() ?? []);
            var parts = hop == judged.PartsAt;
            if (!everyHook && !parts && met.Count == 0 && hop != judged.Seen.Hops.Length)
                continue;
            var mark = parts ? '>' : ' ';
            if (judged.PartsAt is not { } at || hop < at || predicted is null)
            {
                text.Append(CultureInfo.InvariantCulture, $"  {hop,2}  {Text(seen!)}\n");
                AppendRules(text, "", met, seen!);
            }
            else if (seen == said)
            {
                text.Append(CultureInfo.InvariantCulture, $"{mark} {hop,2}  {Text(seen!)}\n");
                AppendRules(text, "seen:      ", met, seen!);
                AppendRules(text, "predicted: ", due, said!);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"{mark} {hop,2}  seen:      {(seen is null ? "nothing more" : Text(seen))}\n");
                if (seen is not null)
                    AppendRules(text, "           ", met, seen);
                text.Append(CultureInfo.InvariantCulture, $"      predicted: {(said is null ? "nothing more" : Text(said))}\n");
                if (said is not null)
                    AppendRules(text, "           ", due, said);
            }
        }

        text.Append("    ").Append(judged.Agrees switch
        {
            true when judged.UnseenRules > 0 =>
                $"as predicted; of {judged.UnseenRules} rules of legacy tools the kernel tells nothing",
            true => "as predicted",
            false => $"not as predicted: {judged.Says}",
            null => $"not compared: {judged.Says}",
        }).Append('\n');
        return string.Join('\n', text.ToString().Split('\n').Select(PlainText.Of));
    }

    /// <summary>The counts at the end.</summary>
    public static string Of(WatchTally tally, long came, long traced, int losses)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $"\n{tally.Count} packets: {tally.Agreed} as predicted, {tally.Parted} not, {tally.Untold} not compared\n");
        if (came > traced)
            text.Append(CultureInfo.InvariantCulture,
                $"{came - traced} more came faster than the limit lets through, and are not shown (--rate)\n");
        if (losses > 0)
            text.Append(CultureInfo.InvariantCulture,
                $"the kernel lost records {losses} {(losses == 1 ? "time" : "times")}: packets of that time are not compared, or not shown\n");
        return text.ToString();
    }

    private static string Name(JudgedPacket judged)
    {
        var entry = judged.Packet.Entry;
        var what = entry.TcpFlags is { } flags
            ? $"tcp {flags.ToString().Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant()}"
            : entry.IcmpType is not null ? "icmp echo" : "udp";
        return $"{(judged.Packet.IsRequest ? "request" : "reply")} {what} {End(entry.Source, entry.SourcePort)} → {End(entry.Destination, entry.DestinationPort)}";
    }

    private static string End(System.Net.IPAddress? address, int? port) => port is null || address is null
        ? $"{address}"
        : new System.Net.IPEndPoint(address, port.Value).ToString();

    private static string Text(Hop hop) =>
        $"{hop.Point}{(hop.In is null ? "" : $" in {hop.In}")}{(hop.Out is null ? "" : $" out {hop.Out}")}  {hop.Source} → {hop.Destination}";

    private static void AppendRules(StringBuilder text, string side, List<RuleStep> rules, Hop hop)
    {
        foreach (var rule in rules)
            text.Append(CultureInfo.InvariantCulture,
                $"      {side}{(rule.Chain == hop.Point.Chain ? "" : $"{rule.Chain} ")}{(rule.Number is null ? rule.Text : $"{rule.Place}: {rule.Text}")} ({rule.Verdict.Name()})\n");
        if (rules.Count == 0 && side.Trim().Length > 0)
            text.Append(CultureInfo.InvariantCulture, $"      {side}no rule\n");
    }
}
