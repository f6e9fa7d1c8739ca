using System.Net;
using Hooktrail.Judging;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Observation;
using Hooktrail.Observation.Nflog;
using Hooktrail.Questions;
using Hooktrail.Records;
using Hooktrail.Trails.Accounts;
using Hooktrail.Twins;

namespace Hooktrail.Verification;

/// <summary>What a twin did with the packets of a flow, held against the prediction.</summary>
/// <param name="Legs">Each leg with its verdict.</param>
/// <param name="Rules">Where the rules of a leg part, although its hops agree.</param>
public sealed record TwinObservation(ImmutableArray<LegRecord> Legs, ImmutableArray<RuleDifference> Rules)
{
    // Where no answer is due, a short wait is enough: the hooks still show every packet that comes.
    private static readonly TimeSpan Hopeless = TimeSpan.FromMilliseconds(20);

    /// <summary>How many rules were predicted and matched, in all legs.</summary>
    public int AgreedRules { get; init; }

    /// <summary>The rules that are predicted in chains of which the kernel tells nothing: those of legacy tools.</summary>
    public ImmutableArray<RuleStep> Unseen { get; init; } = [];

    /// <summary>The legs beside their predicted rules.</summary>
    public ImmutableArray<VerifiedLeg> Compared { get; init; } = [];

    /// <summary>No leg can be told, for a reason.</summary>
    internal static TwinObservation Untold(
        Flow flow, Forecast forecast, string reason, LegVerdict verdict = LegVerdict.Inconclusive)
    {
        ImmutableArray<LegRecord> legs = [.. LegJudgement.Untold(flow, forecast, verdict, reason)];
        return new(legs, []) { Compared = [.. legs.Select(leg => new VerifiedLeg(leg, [], []))] };
    }

    /// <summary>Sends one request of the flow.</summary>
    /// <param name="twin">The twin.</param>
    /// <param name="host">The host, for which the model predicts.</param>
    /// <param name="flow">The flow.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="CannotSendException">A twin cannot carry such a flow.</exception>
    /// <exception cref="HooktrailException">The packets never meet the host, or something failed.</exception>
    public static async Task<TwinObservation> OfAsync(
        Twin twin, HostProfile host, Flow flow, CancellationToken cancellation = default)
    {
        var forecast = Prediction.Forecast(host, flow, 1);
        if (TakesAPortAtRandom(host, flow, forecast) is { } rule)
            throw new CannotSendException(
                $"NAT takes a port at random by \"{rule.Text}\", and packets with it cannot be told from those of others.");
        // NAT may lead the packet to an address outside, where every port counts as open.
        if (forecast.Legs[0].Trail is { Outcome.To.Kind: EndpointKind.Wan, Hops: [.., var last] }
            && IPEndPoint.TryParse(last.Destination!, out var end))
            await twin.OpenAsync(end.Address, flow.Protocol, end.Port, cancellation).ConfigureAwait(false);
        var finding = await twin.SendAsync(
            flow with { Via = Prediction.AddressAsked(host, flow) },
            forecast.Legs.AreAnswered(flow) ? Sending.Ample : Hopeless,
            flow.IsEstablished ? ConnectionOf(host, flow, forecast) : null, cancellation).ConfigureAwait(false);
        return finding switch
        {
            Finding.Observed(var seen) => Of(twin.Rules, host, flow, forecast, seen),
            Finding.Inconclusive(var reason) => Untold(flow, forecast, reason),
            Finding.Contradictory(var difference, _, _) =>
                Untold(flow, forecast, difference, LegVerdict.ObserversDisagree),
            var other => throw new InvalidOperationException($"Unknown finding {other}."),
        };
    }

    // Where the model cannot decide a match, and the packet's way is the same, either rule may be the next.
    private static bool IsOpen(HostProfile host, RuleDifference difference) =>
        new[] { difference.Predicted, difference.Observed }.OfType<RuleStep>().Any(
            step => host.Rules.Find(new(step.Layer, step.Table, step.Chain))?.Rules
                .Where((rule, index) => (rule.Number > 0 ? rule.Number : index + 1) == step.Number)
                .Any(rule => rule.Matches.Any(IsOpen)) == true);

    private static bool IsOpen(Match match) =>
        match is UnknownMatch || (match is AnyOfMatch any && any.Alternatives.Any(one => one.Any(IsOpen)));

    // iptables: --random, --random-fully; nft: random, fully-random. An earlier packet of an established flow met it.
    private static RuleStep? TakesAPortAtRandom(HostProfile host, Flow flow, Forecast forecast) => forecast.Legs
        .Where(leg => leg.Leg == Leg.Request)
        .SelectMany(leg => leg.Ways.Select(way => way.Trail).OfType<Trail>().DefaultIfEmpty(leg.Trail))
        .SelectMany(trail => Prediction.Rules(host, flow, Leg.Request, trail))
        .FirstOrDefault(step => step.Verdict == RuleVerdict.Translate
            && step.Text.Split(' ').Any(word => word is "--random" or "--random-fully" or "random" or "fully-random"));

    private static OpenConnection ConnectionOf(HostProfile host, Flow flow, Forecast forecast) =>
        Prediction.Connections(host, flow) switch
        {
            [var only] => only,
            [] when forecast.Legs[0].Trail.Outcome is { Kind: OutcomeKind.Unknown } unknown =>
                throw new CannotSendException(
                    $"Which connection of \"{flow}\" there is cannot be told: its request is {unknown}."),
            [] => throw new CannotSendException($"A connection of \"{flow}\" cannot exist, so it cannot be in a twin."),
            _ => throw new CannotSendException($"The rules leave open which connection of \"{flow}\" there is."),
        };

    /// <param name="rules">The rules that the packets met.</param>
    /// <param name="host">The host.</param>
    /// <param name="flow">The flow.</param>
    /// <param name="forecast">Its prediction.</param>
    /// <param name="seen">The legs that were observed.</param>
    /// <param name="told">Takes the verdicts on an exchange; gives them as far as an observation can tell.</param>
    /// <param name="recorded">Takes a predicted trail; gives it without the hooks that are not recorded.</param>
    internal static TwinObservation Of(
        TracedRules rules, HostProfile host, Flow flow, Forecast forecast, ImmutableArray<ObservedLeg> seen,
        Func<ImmutableArray<LegRecord>, ImmutableArray<LegRecord>>? told = null, Func<Trail, Trail>? recorded = null)
    {
        var shownOf = new ShownForecast(forecast, recorded);
        var legs = FlowJudgement.Of(
            flow, shownOf.Forecast, ObservedRecords.Of(flow, seen), isLogged: false, Unproven.In(host, seen),
            exchange =>
            {
                var own = Untellable.In(flow, exchange);
                return told?.Invoke(own) ?? own;
            });
        var (differences, unseen, agreed) = (new List<RuleDifference>(), new List<RuleStep>(), 0);
        var compared = ImmutableArray.CreateBuilder<VerifiedLeg>();
        foreach (var leg in legs)
        {
            ImmutableArray<RuleStep> said = leg.Predicted is { } trail ? shownOf.Rules(host, flow, leg.Leg, trail) : [];
            var shown = said.Where(rules.Shows).ToImmutableArray();
            ImmutableArray<RuleStep> untold = [.. said.Except(shown)];
            // A leg that crosses no hook is seen by what it leaves out.
            ImmutableArray<RuleStep> met = seen.FirstOrDefault(one => one.Leg == leg.Leg) is { } own
                ? rules.Of(own)
                : [];
            var shownLeg = leg with { Rules = met };
            if (leg is { Predicted: not null, Observed: not null, Verdict: LegVerdict.Agreed or LegVerdict.Skipped })
            {
                unseen.AddRange(untold);
                if (RuleDifference.Between(leg.Leg, shown, met) is not { } difference)
                {
                    agreed += shown.Length;
                }
                else if (!IsOpen(host, difference))
                {
                    differences.Add(difference);
                    shownLeg = shownLeg with { Verdict = LegVerdict.Disagreed, Reason = difference.Sentence };
                }
            }

            compared.Add(new(shownLeg, said, untold));
        }

        return new(legs, [.. differences])
        {
            AgreedRules = agreed,
            Unseen = [.. unseen],
            Compared = compared.ToImmutable(),
        };
    }
}
