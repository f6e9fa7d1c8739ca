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
        Description = "A trails.json with observed trails, as observe --json, conform or a run writes it; - is standard input.",
    };

    private static readonly Option<string?> OfLeg = new("--leg")
    {
        Description = "Explains only packets of this direction, and not all legs of a flow together.",
        HelpName = "request|reply|error",
    };

    private static readonly Option<string?> Packet = new("--packet")
    {
        Description = "Explains only the packet of this number in its direction.",
        HelpName = "number",
    };

    private static readonly Option<string?> Profile = new("--profile")
    {
        Description = "A trails.json whose host the packets are taken to have crossed; otherwise the host of the file itself.",
        HelpName = "file",
    };

    private static readonly HostOptions Host = new(null);

    public static Verb Create()
    {
        var verb = new Verb(
            "explain",
            "Says which smallest change of the host's profile would predict what was observed, best first, or that none does.",
            $"""
            The host is that of the file, or of --profile, with the changes that --docker, --kernel, --iptables, --ebtables and --set say. Tried are:
              1  each switch
              2  the other backend of iptables and of ebtables; other kernel releases, of which the nearest older and newer one is named
              3  one rule less or more, or a chain's policy: each rule of the host; each of Docker's that is missing there; a rule of one's own that
                 drops, rejects, accepts or untracks this packet
              4  the rules of each release of Docker, with and without its userland proxy, or none; one's own rules stay
              5  two of these together, where no single one suffices; at most {Explanation.Limit} of the pairs, the smallest first
            A change is named only if it predicts every observed leg of the flow, from the first hop to the end.

            Exit codes: 0 all is as predicted, or explained; 1 something is not.

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
        int? packet = line.GetValue(Packet) is { } number ? FlowOptions.Number(number, "the number of a packet", int.MaxValue) : null;
        var changed = Changed(line);
        var file = TrailsInput.Read(path);
        var observed = file.Legs
            // A leg that was compared and not seen did not happen; other unseen legs prove nothing.
            .Where(one => one.Observed is not null || one.Verdict == LegVerdict.Disagreed)
            .ToImmutableArray();
        if (observed.All(one => one.Observed is null))
            throw new HooktrailException($"{Name(path)} has no observed trail; give a file that observe --json, conform or a run wrote.");
        var wanted = observed
            .Where(one => (direction is null || one.Leg.Direction == direction) && (packet is null || one.Leg.Packet == packet))
            .ToImmutableArray();
        if (wanted.IsEmpty)
            throw new HooktrailException(
                $"{Name(path)} has no observed leg such as --leg and --packet say; it has {string.Join(", ", observed.Select(one => one.Leg.ToString()).Distinct())}.");

        var hosts = new Dictionary<HostProfile, HostProfile>();
        var flows = wanted
            .GroupBy(one => (one.Flow, Profile: Host(one.HostProfile ?? file.HostProfile)))
            .Select(flow => new ObservedFlow(flow.Key.Flow, flow.Key.Profile, [.. flow.DistinctBy(one => (one.Leg, one.Observed))]))
            .ToList();
        var answers = flows.Select(flow => flow.Explain()).ToList();
        foreach (var answer in answers.Where(answer => flows.Count == 1 || !answer.IsPredicted))
            Console.Out.Write($"{answer.Text}\n");
        if (flows.Count > 1)
            Console.Out.WriteLine(
                $"Of {flows.Count} flows {answers.Count(answer => answer.IsPredicted)} are as predicted, {answers.Count(answer => answer is { IsPredicted: false, IsExplained: true })} explained, {answers.Count(answer => !answer.IsExplained)} not.");
        return answers.All(answer => answer.IsExplained) ? ExitCode.Done : ExitCode.No;

        // Equal hosts become one object, so that the model builds the host once.
        HostProfile Host(HostProfile of)
        {
            if (!hosts.TryGetValue(of, out var host))
                hosts[of] = host = changed(of);
            return host;
        }
    }

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
            ImmutableArray<Witness> witnesses = [.. legs.Select(leg => Witness.Of(leg.Observed, profile, host => Predicted(host, leg.Leg)))];
            var title = $"{flow}, {string.Join(", ", legs.Select(leg => leg.Leg))}";
            var parting = legs.Zip(witnesses)
                .FirstOrDefault(one => !one.Second.IsRight(profile));
            if (parting.First is not { } first)
                return new($"{title}: as predicted, so nothing has to be explained.\n", true, true);

            var found = Explanation.For(profile, witnesses);
            var text = $"{title}\n{first.Leg}: {Why(first, parting.Second)}\n";
            return found.IsEmpty
                ? new(
                    $"{text}No change explains it: no switch, backend, kernel release, rule or release of Docker, nor two of them together.{(legs.Length > 1 ? " Ask for one leg alone by --leg." : "")}\n",
                    false, false)
                : new(
                    PlainTexts([text, "What would explain it, the smallest change first:\n", .. found.Select((one, index) => $"  {index + 1}  {one.Change}\n")]),
                    false, true);
        }

        private static string PlainTexts(IEnumerable<string> lines) =>
            string.Concat(lines.Select(line => string.Join('\n', line.Split('\n').Select(PlainText.Of))));

        private static string Why(LegRecord leg, Witness witness) => (leg.Observed, witness.Predicted) switch
        {
            ({ } observed, { } predicted) => Disagreement.Between(null, predicted, observed)?.Sentence ?? "it is otherwise than predicted.",
            (null, _) => "it is predicted, but was not seen.",
            _ => "it was seen, but is not predicted.",
        };

        private Trail? Predicted(HostProfile host, Leg leg)
        {
            if (!ReferenceEquals(host, _asked))
                (_asked, _predicted) = (host, All(host));
            return _predicted.FirstOrDefault(one => one.Leg == leg)?.Trail;
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
