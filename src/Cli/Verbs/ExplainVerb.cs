using System.CommandLine;
using Hooktrail.Judging;
using Hooktrail.Model;
using Hooktrail.Records;
using Hooktrail.Text;

namespace Hooktrail.Cli.Verbs;

/// <summary>
/// <c>explain</c>: which change of the host would predict the observation. Needs no right and no lab.
/// </summary>
internal static class ExplainVerb
{
    private static readonly Argument<string> Observed = new("file")
    {
        Description = "A trails.json with observed trails, from observe --json, conform or a run; - is standard input.",
    };

    private static readonly Option<string?> OfLeg = new("--leg")
    {
        Description = "Explains only packets in this direction, instead of all legs of a flow together.",
        HelpName = "request|reply|error",
    };

    private static readonly Option<string?> Packet = new("--packet")
    {
        Description = "Explains only the packet with this number in its direction, starting at 1.",
        HelpName = "number",
    };

    private static readonly Option<string?> Profile = new("--profile")
    {
        Description = "A trails.json whose host to assume instead of the host in the file.",
        HelpName = "file",
    };

    private static readonly HostOptions Host = new(null);

    public static Verb Create()
    {
        var verb = new Verb(
            "explain",
            "Finds the smallest changes to the host that would explain the observed trails, best first, or reports that none does.",
            $"""
            The host is the one in the file or in --profile, changed by --docker, --kernel, --iptables, --ebtables and --set. It tries:
              1  each switch
              2  the other backend of iptables and of ebtables; other kernel releases, of which it names the nearest older and newer one
              3  removing each rule of the host; adding each missing rule of Docker; adding a rule that drops, rejects, accepts or untracks
                 this packet; changing the policy of a chain
              4  the rules of each Docker release, with and without its userland proxy, or none; your other rules stay
              5  two of these together, if no single one is enough; at most {Explanation.Limit} pairs, smallest first
            It names a change only if the change predicts every observed leg of the flow, from the first hop to the outcome.

            Exit codes: 0 every leg is as predicted or explained; 1 a leg is not explained.

            Examples:
              ./specs explain out/trails.json
              ./specs explain trails.json --leg reply --kernel 6.12
              ./specs explain observed.json --profile predicted.json --set bridge-nf-call-iptables=1
            """)
        {
            Arguments = { Observed },
        };
        foreach (var option in (Option[])[OfLeg, Packet, Profile, .. Host.All])
            verb.Options.Add(option);
        verb.SetAction(Run);
        return verb;
    }

    private static int Run(ParseResult line)
    {
        var path = line.GetRequiredValue(Observed);
        Direction? direction = line.GetValue(OfLeg) is { } leg ? Directions.Parse(leg) : null;
        int? packet = line.GetValue(Packet) is { } number
            ? FlowOptions.Number(number, "the number of a packet", int.MaxValue)
            : null;
        var changed = Changed(line);
        var file = TrailsInput.Read(path);
        var observed = file.Legs
            // A leg that was compared and not seen did not happen; other unseen legs prove nothing.
            .Where(one => one.Observed is not null || one.Verdict == LegVerdict.Disagreed)
            .ToImmutableArray();
        if (observed.All(one => one.Observed is null))
            throw new HooktrailException(
                $"{Name(path)} has no observed trail; use a file written by observe --json, conform or a run.");
        var wanted = observed
            .Where(one => (direction is null || one.Leg.Direction == direction)
                && (packet is null || one.Leg.Packet == packet))
            .ToImmutableArray();
        if (wanted.IsEmpty)
            throw new HooktrailException(
                $"{Name(path)} has no observed leg that matches --leg and --packet; it has {string.Join(", ", observed.Select(one => one.Leg.ToString()).Distinct())}.");

        var hosts = new Dictionary<HostProfile, HostProfile>();
        var flows = wanted
            .GroupBy(one => (one.Flow, Profile: Host(one.HostProfile ?? file.HostProfile)))
            .Select(flow => new ObservedFlow(
                flow.Key.Flow, flow.Key.Profile, [.. flow.DistinctBy(one => (one.Leg, one.Observed))]))
            .ToList();
        if (Note(line) is { } note)
            Console.Out.Write($"{PlainText.Of(note)}\n");
        var answers = flows.Select(flow => flow.Explain()).ToList();
        foreach (var answer in answers.Where(answer => flows.Count == 1 || !answer.IsPredicted))
            Console.Out.Write($"{answer.Text}\n");
        if (flows.Count > 1)
            Console.Out.WriteLine(
                $"{flows.Count} flows: {answers.Count(answer => answer.IsPredicted)} as predicted, "
                + $"{answers.Count(answer => answer is { IsPredicted: false, IsExplained: true })} explained, "
                + $"{answers.Count(answer => !answer.IsExplained)} not explained.");
        return answers.All(answer => answer.IsExplained) ? ExitCode.Done : ExitCode.No;

        // Equal hosts become one object, so that the model builds the host once.
        HostProfile Host(HostProfile of)
        {
            if (!hosts.TryGetValue(of, out var host))
                hosts[of] = host = changed(of);
            return host;
        }
    }

    private static string? Note(ParseResult line) => Host.DockerNote(line);

    private static Func<HostProfile, HostProfile> Changed(ParseResult line)
    {
        var basis = line.GetValue(Profile) is { } path ? TrailsInput.Read(path).HostProfile : null;
        var docker = Host.SaysDocker(line, out var release);
        _ = Host.Apply(line, HostProfile.Default); // reports a mistake even if there is no leg
        return host =>
        {
            var changed = Host.Apply(line, basis ?? host);
            return docker ? Explanation.WithDocker(changed, release) : changed;
        };
    }

    private static string Name(string path) => path == TrailsInput.StandardInput ? "Standard input" : $"\"{path}\"";

    private sealed record Answer(string Text, bool IsPredicted, bool IsExplained);

    /// <summary>A flow's observed legs, which one change must explain together.</summary>
    private sealed class ObservedFlow(Flow flow, HostProfile profile, ImmutableArray<LegRecord> legs)
    {
        // Keeps the last host: callers ask for all legs of one host before the next host.
        private HostProfile? _asked;
        private ImmutableArray<PredictedLeg> _predicted = [];

        public Answer Explain()
        {
            ImmutableArray<Witness> witnesses =
                [.. legs.Select(leg => Witness.Of(leg.Observed, profile, host => Predicted(host, leg.Leg)))];
            var title = $"{flow}, {string.Join(", ", legs.Select(leg => leg.Leg))}";
            var parting = legs.Zip(witnesses)
                .FirstOrDefault(one => !one.Second.IsRight(profile));
            if (parting.First is not { } first)
                return new($"{title}: as predicted; nothing to explain.\n", true, true);

            var found = Explanation.For(profile, witnesses);
            var text = $"{title}\n{first.Leg}: {Why(first, parting.Second)}\n";
            return found.IsEmpty
                ? new(
                    $"{text}No change explains it: no switch, backend, kernel release, rule or Docker release, nor any two of them together.{(legs.Length > 1 ? " Explain one leg at a time with --leg." : "")}\n",
                    false, false)
                : new(
                    PlainTexts([text, "Changes that would explain it, smallest first:\n", .. found.Select(
                        (one, index) => $"  {index + 1}  {one.Change}\n")]),
                    false, true);
        }

        private static string PlainTexts(IEnumerable<string> lines) =>
            string.Concat(lines.Select(line => string.Join('\n', line.Split('\n').Select(PlainText.Of))));

        private static string Why(LegRecord leg, Witness witness) => (leg.Observed, witness.Predicted) switch
        {
            ({ } observed, { } predicted) =>
                Disagreement.Between(null, predicted, observed)?.Sentence ?? "it differs from the prediction.",
            (null, _) => "it was predicted but not observed.",
            _ => "it was observed but not predicted.",
        };

        private PredictedLeg? Predicted(HostProfile host, Leg leg)
        {
            if (!ReferenceEquals(host, _asked))
                (_asked, _predicted) = (host, All(host));
            return _predicted.FirstOrDefault(one => one.Leg == leg);
        }

        private ImmutableArray<PredictedLeg> All(HostProfile host)
        {
            try
            {
                return Prediction.Legs(host, flow, flow.Protocol == Protocol.Tcp ? 1 : legs.Max(leg => leg.Leg.Packet));
            }
            catch (HooktrailException)
            {
                return []; // the model refuses this flow on such a host
            }
        }
    }
}
