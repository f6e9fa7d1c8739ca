using System.CommandLine;
using Hooktrail.Judging;
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
            It names a change only if the change predicts every observed leg of the flow, from the first hop to the outcome. Flows that diverge in the
            same way are explained together, if one change explains them all.

            Which change of your own host lets a packet through, ./specs check --explain says.

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
            ? WholeNumber.Read(number, "the number of a packet", int.MaxValue)
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
            Terminal.Out.Write($"{PlainText.Of(note)}\n");
        var answers = flows.Where(flow => flow.IsPredicted).Select(flow => flow.AsPredicted())
            .Concat(flows.Where(flow => !flow.IsPredicted)
                .GroupBy(flow => (flow.Profile, flow.Divergence))
                .SelectMany(group => new ExplainedFlows([.. group]).Answers()))
            .ToList();
        foreach (var answer in answers.Where(answer => flows.Count == 1 || !answer.IsPredicted))
            Terminal.Out.Write($"{answer.Text}\n");
        if (flows.Count > 1)
            Terminal.Out.WriteLine(
                $"{flows.Count} flows: {Count(answer => answer.IsPredicted)} as predicted, "
                + $"{Count(answer => answer is { IsPredicted: false, IsExplained: true })} explained, "
                + $"{Count(answer => !answer.IsExplained)} not explained.");
        return answers.All(answer => answer.IsExplained) ? ExitCode.Done : ExitCode.No;

        int Count(Func<ExplainAnswer, bool> condition) => answers.Where(condition).Sum(answer => answer.Flows);

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
}
