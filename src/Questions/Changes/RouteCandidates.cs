using System.Net;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Questions.Changes;

/// <summary>Routes that a packet lacks where it ends, and routes that end it.</summary>
internal static class RouteCandidates
{
    /// <param name="topology">The host.</param>
    /// <param name="question">The question about it.</param>
    /// <param name="answer">The answer for the host as it is.</param>
    /// <param name="leg">The leg that ends between two hooks.</param>
    public static IEnumerable<HostCandidate> Of(Topology topology, Question question, Answer answer, AnswerLeg leg)
    {
        List<(IPAddress Address, string? By)> ends = [.. Ends(question, answer, leg)];
        foreach (var (address, _) in ends)
            foreach (var route in topology.Routes
                .Where(route => route.Kind is RouteKind.Blackhole or RouteKind.Unreachable or RouteKind.Prohibit
                    && route.Destination.Holds(address))
                .OrderByDescending(route => route.Destination.Length))
                yield return new($"{Ip(address)} route del {route}");
        foreach (var (address, by) in ends.Where(end => !IsInside(topology, end.Address)))
            foreach (var way in Ways(topology, address, by))
                yield return new($"{Ip(address)} route add {Destination(question, address)} {way}");
    }

    /// <summary>
    /// Where the packet goes, and for rp_filter where it comes from. A sender outside is beyond the device by which its
    /// packets come in.
    /// </summary>
    private static IEnumerable<(IPAddress Address, string? By)> Ends(Question question, Answer answer, AnswerLeg leg)
    {
        var sender = answer.Legs[0].Trail.Hops is [var first, ..] ? AddressOf(first.Source) : null;
        var by = question.Flow.By;
        if (leg.Trail.Hops is [.., var end])
        {
            if (AddressOf(end.Destination) is { } to)
                yield return (to, to.Equals(sender) ? by : null);
            if (AddressOf(end.Source) is { } from)
                yield return (from, end.In);
        }
        else if (leg.Leg.Direction != Direction.Request)
        {
            if (sender is not null)
                yield return (sender, by);
        }
        else if (question.Flow.From.Kind == EndpointKind.Host && AddressOf(question.Flow.Via
            ?? question.Flow.To.Name) is { } asked)
        {
            yield return (asked, null);
        }
    }

    /// <summary>By each router that the host knows; without one, as if the address were on the device's network.</summary>
    private static IEnumerable<string> Ways(Topology topology, IPAddress address, string? by)
    {
        List<string> devices =
        [
            .. (by is null ? topology.LeadingOut().Select(one => one.Name) : [by])
                .Select(device => Upper(topology, device)).Distinct(),
        ];
        List<string> routers =
        [
            .. from hop in topology.Routes.SelectMany(route => route.NextHops)
               where devices.Contains(hop.Device) && hop.Gateway?.AddressFamily == address.AddressFamily
               select $"via {hop.Gateway} dev {hop.Device}",
        ];
        return routers.Count > 0 ? routers.Distinct() : devices.Select(device => $"dev {device}");
    }

    private static string Destination(Question question, IPAddress address) =>
        address.Equals(Question.Outside(question.Flow.Ip))
        && (EndpointNames.IsInternet(question.From) || EndpointNames.IsInternet(question.To))
            ? "default"
            : address.ToString();

    private static bool IsInside(Topology topology, IPAddress address) =>
        topology.Devices.SelectMany(one => one.Addresses)
            .Concat(topology.Containers.SelectMany(one => one.Attachments).SelectMany(at => at.Addresses))
            .Any(own => own.Address.Equals(address));

    private static string Upper(Topology topology, string device) =>
        topology.Find(device)?.Master is { } master && topology.Find(master) is { Kind: DeviceKind.Bridge }
            ? master
            : device;

    private static string Ip(IPAddress address) => address.AddressFamily
        == System.Net.Sockets.AddressFamily.InterNetwork ? "ip" : "ip -6";

    private static IPAddress? AddressOf(string? text) =>
        IPEndPoint.TryParse(text ?? "", out var end) ? end.Address : null;
}
