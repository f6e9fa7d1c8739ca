using System.Text;
using Hooktrail.Text;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Questions;

/// <summary>A leg of an answer for a terminal: each hop, and below it the rules that matched.</summary>
public static class AnswerText
{
    /// <param name="leg">The leg.</param>
    /// <param name="everyHook">Whether hooks at which no rule matched are shown too.</param>
    public static string Of(AnswerLeg leg, bool everyHook)
    {
        var text = new StringBuilder($"{leg.Leg}: {leg.Trail.Outcome}\n");
        foreach (var (index, hop) in leg.Trail.Hops.Index())
        {
            if (!everyHook && index + 1 < leg.Trail.Hops.Length && leg.Account.Rules.All(rule => rule.Hop != index + 1))
                continue;
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {index + 1,2}  {hop.Point}{Devices(hop)}  {hop.Source} → {hop.Destination}\n");
            foreach (var rule in leg.Account.Rules.Where(rule => rule.Hop == index + 1))
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
        rule.Number is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number}: {rule.Text}") : rule.Text;
}
