using Hooktrail.Trails.Topologies;

namespace Hooktrail.Questions.Reach;

/// <summary>Asks the model about a host, each question once, and says what is not known.</summary>
internal sealed class Asking(HostProfile profile)
{
    private readonly Doubts _doubts = new(profile.Topology);
    private readonly Dictionary<Flow, Found> _found = [];
    private readonly Dictionary<string, Container> _containers = profile.Topology.Containers
        .Where(one => !one.IsHosted)
        .DistinctBy(one => one.Name)
        .ToDictionary(one => one.Name);

    /// <exception cref="HooktrailException">The packets of the question never meet the host.</exception>
    public Found Ask(Question question) =>
        _found.TryGetValue(question.Flow, out var known) ? known : _found[question.Flow] = Answered(question);

    private Found Answered(Question question)
    {
        var flow = question.Flow;
        var receiver = ContainerOf(flow.To);
        if (_doubts.Before(ContainerOf(flow.From), receiver) is { } before)
            return new(Verdict.NotKnown, null, before);
        var answer = Answer.Of(profile, question);
        return _doubts.Of(flow, receiver, answer.Ending) is { } doubt
            ? new(Verdict.NotKnown, answer.Ending, $"{doubt}; as far as known, {answer.Says}", answer.Rule)
            : new(VerdictOf(answer.Ending), answer.Ending, answer.Says, answer.Rule);
    }

    private Container? ContainerOf(Endpoint endpoint) =>
        endpoint.Kind == EndpointKind.Container ? _containers.GetValueOrDefault(endpoint.Name) : null;

    private static Verdict VerdictOf(Ending ending) => ending switch
    {
        Ending.Delivered => Verdict.Yes,
        Ending.Depends => Verdict.Depends,
        Ending.Unknown => Verdict.NotKnown,
        _ => Verdict.No,
    };
}
