using Hooktrail.Model;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Questions;

/// <summary>One leg of an answer, with what decided it.</summary>
/// <param name="Leg">The leg.</param>
/// <param name="Trail">Its trail; where it can go several ways, what they have in common.</param>
/// <param name="Ways">The ways that it can go; empty where there is only one.</param>
/// <param name="AccountOf">
/// The account of one of the ways, or without one of the first. It takes another walk, and many questions need only the
/// trail.
/// </param>
public sealed record AnswerLeg(Leg Leg, Trail Trail, ImmutableArray<Way> Ways, Func<Trail?, Account> AccountOf)
{
    private Account? _account;

    /// <summary>What decided it.</summary>
    public Account Account => _account ??= AccountOf(null);

    /// <summary>The rules that were asked at a hop, counted from 1.</summary>
    public IEnumerable<RuleStep> RulesAt(int hop) => Account.Rules.Where(rule => rule.Hop == hop);

    /// <summary>
    /// The rules that were asked on the leg's trail, or on that of one of its ways. What the ways have in common are
    /// the rules that said the same on each.
    /// </summary>
    public ImmutableArray<RuleStep> RulesOf(Trail trail)
    {
        if (Ways.IsEmpty)
            return Account.Rules;
        var trails = Ways.Select(way => way.Trail).OfType<Trail>().ToList();
        return trails.Contains(trail)
            ? AccountOf(trail).Rules
            : trails.Select(one => AccountOf(one).Rules.AsEnumerable())
                .Aggregate((common, rules) => common.Intersect(rules))
                .ToImmutableArray();
    }
}

/// <summary>The model's answer to a question.</summary>
/// <param name="Ending">The end of the whole, request and answer.</param>
/// <param name="Says">The same in a sentence.</param>
/// <param name="Rule">The rule that decided it; null if none did.</param>
/// <param name="Legs">The request, and what answers it.</param>
public sealed record Answer(Ending Ending, string Says, RuleStep? Rule, ImmutableArray<AnswerLeg> Legs)
{
    /// <summary>Of a connection that exists, whether the host tracks it; else null.</summary>
    public Tracking? Connection { get; private init; }

    private static readonly ImmutableArray<Direction> Directions =
        [Direction.Request, Direction.Error, Direction.Reply];

    /// <param name="profile">The host.</param>
    /// <param name="question">The question about it.</param>
    /// <param name="everyRule">
    /// Whether the accounts of the legs have also the rules that were asked and did not match, or only log or count.
    /// </param>
    /// <exception cref="HooktrailException">The packets of the question never meet the host.</exception>
    public static Answer Of(HostProfile profile, Question question, bool everyRule = false)
    {
        var all = Prediction.Legs(profile, question.Flow);
        var legs = all
            .Where(leg => leg.Leg.Packet == 1)
            .OrderBy(leg => Directions.IndexOf(leg.Leg.Direction))
            .Select(leg => new AnswerLeg(
                leg.Leg, leg.Trail, leg.Ways,
                way => Prediction.Account(profile, question.Flow, leg.Leg, way, everyRule)))
            .ToImmutableArray();
        var request = legs[0];
        var (ending, says, rule) = request.Ways.IsEmpty && request.Trail.Outcome.Kind == OutcomeKind.Delivered
            ? OfAnswer(profile, question, request, legs, isReset: IsReset(question, all))
            : Of(profile, question, request);
        return new(ending, says, rule, legs) { Connection = Tracking.Of(profile, question.Flow) };
    }

    private static (Ending, string, RuleStep?) OfAnswer(
        HostProfile profile, Question question, AnswerLeg request, ImmutableArray<AnswerLeg> legs, bool isReset)
    {
        var arrives = request.Trail.Outcome.ToString();
        if (legs.FirstOrDefault(leg => leg.Leg.Direction == Direction.Error) is { } error)
            return (Ending.Unreachable, $"{arrives}, and refused there: {WhyRefused(question, request, error)}", null);
        if (legs.FirstOrDefault(leg => leg.Leg.Direction == Direction.Reply) is not { } reply)
            return (Ending.Delivered, $"{arrives}; nothing answers", null);
        if (isReset)
            return (
                Ending.Unreachable,
                $"{arrives}, where no socket listens on port {PortAtTheEnd(question, request)}",
                null);
        if (reply.Ways.IsEmpty && reply.Trail.Outcome.Kind == OutcomeKind.Delivered)
            return (Ending.Delivered, arrives, null);
        var (ending, says, rule) = Of(profile, question, reply);
        return (ending, $"{arrives}, but the answer is {says}", rule);
    }

    // After a SYN-ACK, the sender goes on.
    private static bool IsReset(Question question, ImmutableArray<PredictedLeg> legs) =>
        question.Flow.IsWholeConnection
        && legs.Any(leg => leg.Leg == Leg.Reply && leg.Ways.IsEmpty && leg.Trail.Outcome.Kind == OutcomeKind.Delivered)
        && legs.All(leg => leg.Leg is not { Direction: Direction.Request, Packet: > 1 });

    // NAT may have rewritten it.
    private static string PortAtTheEnd(Question question, AnswerLeg request) =>
        request.Trail.Hops.LastOrDefault()?.Destination is { } arrived
        && int.TryParse(
            arrived[(arrived.LastIndexOf(':') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? port.ToString(CultureInfo.InvariantCulture)
            : question.Flow.Port.ToString(CultureInfo.InvariantCulture);

    private static string WhyRefused(Question question, AnswerLeg request, AnswerLeg error) =>
        $"no socket listens on port {PortAtTheEnd(question, request)}, and its error is {error.Trail.Outcome}";

    private static (Ending, string, RuleStep?) Of(HostProfile profile, Question question, AnswerLeg leg)
    {
        if (!leg.Ways.IsEmpty)
            return (
                leg.Ways.Any(way => way.Trail?.Outcome.Kind == OutcomeKind.Unknown) ? Ending.Unknown : Ending.Depends,
                string.Join(", or ", leg.Ways.Select(
                    way => $"{way.Ending} if {string.Join(" and ", way.Supposing)}")),
                null);
        var outcome = leg.Trail.Outcome;
        if (outcome.Kind == OutcomeKind.Delivered)
            return (Ending.Delivered, outcome.ToString(), null);
        var rule = Prediction.Rules(profile, question.Flow, leg.Leg).LastOrDefault();
        return outcome.Kind switch
        {
            OutcomeKind.Dropped when rule is not null => (Ending.Dropped, $"dropped in {rule}", rule),
            OutcomeKind.Dropped => (Ending.Dropped, outcome.ToString(), null),
            OutcomeKind.Rejected when rule is not null => (Ending.Rejected, $"rejected in {rule}", rule),
            OutcomeKind.Rejected => (Ending.Rejected, outcome.ToString(), null),
            OutcomeKind.Unknown => (Ending.Unknown, outcome.ToString(), rule),
            _ => (Ending.Unreachable, outcome.ToString(), null),
        };
    }
}
