using Hooktrail.Hosts;
using Hooktrail.Labs;
using Hooktrail.Questions;
using Hooktrail.Questions.Changes;
using Hooktrail.Snapshots;
using Hooktrail.Trails.Accounts;
using NUnit.Framework;
using Reqnroll;

namespace Hooktrail.Specs.Run;

/// <summary>
/// One scenario's host, which is that of a snapshot or this machine, and the question about it. Only the model is
/// asked: nothing is sent, and no leg is recorded. Every scenario has its own object.
/// </summary>
public sealed class HostUnderQuestion(FeatureContext feature)
{
    // The scenarios of a feature ask about one host, and reading it takes longer than an answer.
    private static readonly Dictionary<string, (Snapshot Snapshot, HostProfile Profile)> Read = [];

    private Snapshot? _snapshot;
    private HostProfile? _profile;
    private Question? _question;
    private Answer? _answer;

    /// <summary>The answer for the host as the scenario has made it.</summary>
    public Answer Answer => _answer ??= Answer.Of(Profile, Question);

    public Snapshot Snapshot => _snapshot ?? throw NoHost();

    /// <summary>The host with the scenario's changes.</summary>
    public HostProfile Profile => _profile ?? throw NoHost();

    /// <summary>The scenario's changes, in their order, with the host's own names.</summary>
    public ImmutableArray<HostChange> Changes { get; private set; } = [];

    public Question Question => _question ?? throw new HooktrailException(
        "The scenario asserts an answer before it asks; add a When step that sends a packet.");

    /// <summary>A snapshot beside the feature.</summary>
    public void UseSnapshot(string name)
    {
        var path = Path.Combine(
            TestContext.CurrentContext.TestDirectory, feature.FeatureInfo.FolderPath, Path.GetFileName(name));
        lock (Read)
        {
            if (!Read.TryGetValue(path, out var read))
            {
                if (!File.Exists(path))
                    throw new HooktrailException(
                        $"There is no snapshot \"{name}\" beside the feature; ./specs snapshot --out {name} writes one.");
                using var stream = File.OpenRead(path);
                var snapshot = SnapshotJson.Read(stream, $"\"{name}\"");
                Read[path] = read = (snapshot, ProfileOf(snapshot));
            }

            (_snapshot, _profile) = read;
        }
    }

    /// <summary>This machine as it is now; the scenario is skipped if it cannot be read.</summary>
    public async Task UseThisHostAsync()
    {
        try
        {
            _snapshot = await SnapshotTaking.OfThisHostAsync();
            _profile = ProfileOf(_snapshot);
        }
        catch (HooktrailException lack)
        {
            throw SpecsRun.Cannot(lack.Message);
        }
    }

    public void Change(HostChange change)
    {
        _profile = change switch
        {
            HostChange.Rule(var command) => HostCommand.Apply(Profile, command),
            HostChange.Turn(var one, var on) => HostSwitches.Turn(Profile, one, on),
            _ => throw new InvalidOperationException($"No step makes the change {change}."),
        };
        Changes = Changes.Add(change);
        _answer = null;
    }

    /// <summary>Asks the model.</summary>
    /// <param name="from">The sender, in the words of check.</param>
    /// <param name="to">The receiver, with its port if there is one.</param>
    /// <param name="protocol">The protocol.</param>
    /// <param name="ip">The version of IP; null for that of the addresses, or IPv4.</param>
    /// <param name="isEstablished">Whether the packet belongs to a connection that exists.</param>
    public void Ask(string from, string to, Protocol protocol, IpVersion? ip, bool isEstablished = false)
    {
        var question = Question.Of(Profile.Topology, from, to, protocol, ip);
        _question = question with { Flow = question.Flow with { IsEstablished = isEstablished } };
        _answer = null;
        TestContext.Out.WriteLine(AnswerText.Of(new(Question, Answer), everyHook: false));
    }

    /// <summary>Asserts that the request arrives at the endpoint, and its answer at the sender.</summary>
    public void Arrives(string endpoint)
    {
        Ends(Ending.Delivered);
        Assert.That(
            Answer.Legs[0].Trail.Outcome.To,
            Is.EqualTo(Question.EndpointOf(Profile.Topology, endpoint, Question.Flow.Ip)),
            $"The model says: {Answer.Says}.");
    }

    /// <summary>Asserts an ending, and by which rule; a policy if there is no number.</summary>
    public void EndsBy(Ending ending, int? number, string tableAndChain)
    {
        Ends(ending);
        var rule = Answer.Rule;
        Assert.That(rule, Is.Not.Null, $"No rule decided: {Answer.Says}.");
        Assert.That(
            (Place(rule!), rule!.Number), Is.EqualTo((tableAndChain, number)), $"The model says: {Answer.Says}.");
    }

    /// <summary>Asserts an ending.</summary>
    public void Ends(Ending ending) =>
        Assert.That(Answer.Ending, Is.EqualTo(ending), $"The model says: {Answer.Says}.");

    // «filter DOCKER-USER» of iptables, «ip6tables filter FORWARD», «inet own input» of nft.
    private static string Place(RuleStep rule) => rule.Layer is Layer.Iptables or Layer.Nftables
        ? $"{rule.Table} {rule.Chain}"
        : $"{rule.Layer.Name()} {rule.Table} {rule.Chain}";

    private static HooktrailException NoHost() => new(
        "The scenario names no host; begin with Given the host of the snapshot \"…\", or Given this host.");

    private static HostProfile ProfileOf(Snapshot snapshot)
    {
        var topology = TopologyReader.Of(snapshot);
        return SnapshotProfile.Of(snapshot, topology) with { Topology = topology };
    }
}
