using System.Text;
using Hooktrail.Questions.Changes;
using Hooktrail.Text;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Questions;

/// <summary>An answer for a terminal: first in a sentence, then each leg's hops with the rules that were asked.</summary>
public static class AnswerText
{
    /// <param name="result">The answer.</param>
    /// <param name="everyHook">Whether hooks without a rule are shown too.</param>
    public static string Of(CheckResult result, bool everyHook)
    {
        var text = new StringBuilder();
        if (result.Before is { } before)
            text.Append(
                CultureInfo.InvariantCulture,
                $"now: {PlainText.Of(before.Says)}\nthen: {PlainText.Of(result.Answer.Says)}\n");
        else
            text.Append(CultureInfo.InvariantCulture, $"{PlainText.Of(result.Answer.Says)}\n");
        if (result.Answer.Connection is { } connection)
            text.Append(CultureInfo.InvariantCulture, $"established: {connection.Says}\n");
        if (result.Verified is { } verified)
            text.Append(Of(verified));
        foreach (var leg in result.Answer.Legs)
            text.Append('\n').Append(OfLeg(leg, everyHook));
        if (result.Change is { } change)
            text.Append('\n').Append(Of(change));
        foreach (var missing in result.NotKnown)
            text.Append(CultureInfo.InvariantCulture, $"\nnot known of this host: {PlainText.Of(missing.ToString())}");
        return text.Append(result.NotKnown.IsEmpty ? "" : "\n").ToString();
    }

    private static string Of(Verified verified) => string.Concat(
        verified.Differences.Prepend(verified.ToString()).Select(one => $"{PlainText.Of(one)}\n"));

    /// <summary>What the commands of a change do, in a sentence that may end in a colon.</summary>
    public static string TitleOf(SmallestChange change)
    {
        var wanted = change.Wanted == Ending.Delivered ? "lets it through" : "stops it";
        return change.Commands.IsEmpty
            ? $"No single change of a rule, a sysctl or a route {wanted}."
            : $"Each of these {wanted}, by the model:";
    }

    private static string Of(SmallestChange change) =>
        $"{TitleOf(change)}\n{string.Concat(change.Commands.Select(one => $"  {PlainText.Of(one)}\n"))}";

    /// <summary>One leg of an answer.</summary>
    public static string OfLeg(AnswerLeg leg, bool everyHook)
    {
        var text = new StringBuilder($"{leg.Leg}: {leg.Trail.Outcome}\n");
        foreach (var (index, hop) in leg.Trail.Hops.Index())
        {
            var rules = leg.RulesAt(index + 1).ToList();
            if (!everyHook && index + 1 < leg.Trail.Hops.Length && rules.Count == 0)
                continue;
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {index + 1,2}  {hop.Point}{Devices(hop)}  {hop.Source} → {hop.Destination}\n");
            foreach (var rule in rules)
                text.Append(CultureInfo.InvariantCulture, $"      {In(rule, hop.Point)}{Text(rule)}\n");
        }

        foreach (var remark in leg.Account.Remarks.Where(remark => remark.Place is Place.RoutingDecision or Place.Nat))
            text.Append(CultureInfo.InvariantCulture, $"      after {remark.After}: {remark.Says}\n");
        return string.Join('\n', text.ToString().Split('\n').Select(PlainText.Of));
    }

    private static string Devices(Hop hop) =>
        (hop.In is null ? "" : $" in {hop.In}") + (hop.Out is null ? "" : $" out {hop.Out}");

    private static string In(RuleStep rule, HookPoint at) => rule.Chain == at.Chain ? "" : $"{rule.Chain} ";

    private static string Text(RuleStep rule) =>
        (rule.Number is null ? rule.Text : $"{rule.Place}: {rule.Text}")
        + (rule.Verdict == RuleVerdict.NoMatch ? " (does not match)" : "");
}
