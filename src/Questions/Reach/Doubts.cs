using System.Collections.Frozen;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Questions.Reach;

/// <summary>What of a host could not be read, and which answers it makes unsure.</summary>
internal sealed class Doubts(Topology topology)
{
    // Any of these decides about every packet. Of sets the model itself takes both ways.
    private static readonly ImmutableArray<Subject> OfAll =
    [
        Subject.Rules, Subject.Routes, Subject.PolicyRules, Subject.Settings, Subject.Devices, Subject.Kernel,
    ];

    private readonly FrozenSet<string> _nowhere = topology.Containers
        .Where(one => !one.IsHosted && !one.Attachments.Any(at => HasPort(topology, at)))
        .Select(one => one.Name)
        .ToFrozenSet();

    private readonly string? _ofAll = InWords([.. OfAll.Where(one => !topology.Knows(one))]);

    /// <summary>Why the flow cannot be asked at all; null if it can.</summary>
    public string? Before(Container? sender, Container? receiver)
    {
        foreach (var container in (ReadOnlySpan<Container?>)[sender, receiver])
            if (container is not null && _nowhere.Contains(container.Name))
                return $"where the network of {container} meets the host is not known";
        return null;
    }

    /// <summary>Why an answer is not sure; null if it is.</summary>
    public string? Of(Flow flow, Container? receiver, Ending ending)
    {
        if (_ofAll is not null)
            return _ofAll;
        if (flow.From.Network is { } bridge && bridge == flow.To.Network && !topology.Knows(Subject.Bridges))
            return InWords([Subject.Bridges]);
        if (!flow.HasPorts || ending is Ending.Dropped or Ending.Rejected)
            return null;
        if (flow.To.Kind != EndpointKind.Wan && !topology.Knows(Subject.Sockets))
            return InWords([Subject.Sockets]);
        // A container's sockets are read within its namespace.
        return receiver is { Listening.IsEmpty: true } && !topology.Knows(Subject.Containers)
            ? $"the sockets of {receiver} could not be read"
            : null;
    }

    // A macvlan or an ipvlan has none.
    private static bool HasPort(Topology topology, Attachment at) =>
        at.Port is { } port && topology.Find(port)?.Kind == DeviceKind.Veth;

    private static string? InWords(ImmutableArray<Subject> subjects) => subjects.IsEmpty
        ? null
        : $"of the host could not be read: {string.Join(", ", subjects.Select(one => one.Name()))}";
}
