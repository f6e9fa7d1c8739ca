using Hooktrail.Model;
using Hooktrail.Questions;
using Hooktrail.Records;
using Hooktrail.Report.Answers;
using Hooktrail.Report.Html;
using Hooktrail.Tests.Questions;
using Hooktrail.Trails.Accounts;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Tests.Browser;

/// <summary>
/// The page of a question about the sample host that packets did not confirm: the request parts at a rule, the reply at
/// a hop, and of one rule the kernel tells nothing.
/// </summary>
internal static class CheckedQuestion
{
    public static ReportInput Page(string hostile)
    {
        var host = Shop.Profile;
        var question = Question.Of(host.Topology, "internet", "web:443", Protocol.Tcp, null);
        var answer = Answer.Of(host, question);
        return CheckPage.Of(
            host,
            new(question with { From = hostile }, answer)
            {
                Change = new(Ending.Dropped, [hostile]),
                NotKnown = [new(Subject.Sockets, hostile)],
                Verified = new(false, hostile, [hostile])
                {
                    Legs = [Request(host, question.Flow, hostile), Reply(host, question.Flow)],
                },
            },
            (of, leg) => Prediction.Account(of, leg.Flow, leg.Leg, leg.Predicted));
    }

    // Another rule drops it than the one that is predicted to accept it; the first rule of all is of a legacy tool.
    private static VerifiedLeg Request(HostProfile host, Flow flow, string hostile)
    {
        var trail = Prediction.Of(host, flow, Leg.Request);
        var rules = Prediction.Rules(host, flow, Leg.Request, trail);
        return new(
            new(flow, Leg.Request, trail, trail)
            {
                Verdict = LegVerdict.Disagreed,
                Reason = hostile,
                Rules =
                [
                    .. rules.Skip(1).SkipLast(1).Select(Seen),
                    rules[^1] with { Number = 9, Text = hostile, Verdict = RuleVerdict.Drop },
                ],
            },
            rules,
            [rules[0]]);
    }

    private static VerifiedLeg Reply(HostProfile host, Flow flow)
    {
        var trail = Prediction.Of(host, flow, Leg.Reply);
        var rules = Prediction.Rules(host, flow, Leg.Reply, trail);
        return new(
            new(flow, Leg.Reply, trail, trail with { Hops = trail.Hops.RemoveAt(1) })
            {
                Verdict = LegVerdict.Disagreed,
                Reason = "First divergence at hop 2.",
                Rules = [.. rules.Where(rule => rule.Hop == 1).Select(Seen)],
            },
            rules,
            []);
    }

    // The kernel's trace tells of NAT as an accept.
    private static RuleStep Seen(RuleStep rule) =>
        rule.Verdict == RuleVerdict.Translate ? rule with { Verdict = RuleVerdict.Accept } : rule;
}
