using System.Net;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Questions.Reach;

/// <summary>Finds what one would not expect of a host.</summary>
internal sealed class SurpriseFinder(ReachTable table)
{
    // More would hide the sentence.
    private const int Listed = 8;

    private readonly Dictionary<(string Source, string Service, IpVersion Ip), Cell> _cells = table.Cells
        .ToDictionary(cell => (cell.Source.Name, cell.Service.Name, cell.Service.Ip));

    public ImmutableArray<Surprise> All() =>
        [.. UnpublishedPorts(), .. PastInput(), .. OpenByIpv6(), .. ForwardingOff()];

    private IEnumerable<Surprise> UnpublishedPorts() =>
        from cell in table.Cells
        where cell is { Source.IsOutside: true, Verdict: Verdict.Yes, Service.Kind: ServiceKind.Container }
            && !IsPublishedTo(cell)
        group cell by (cell.Service.Ip, Cause: Causes.Of(table, cell)) into open
        select new Surprise(
            SurpriseKind.UnpublishedPort,
            $"{Ports(open)} reached from {SourcesOf(open)} at the container's own address, though not published: {WhyPassed(open.Key.Cause)}. A machine next to the host only needs a route to the container's network.",
            $"Set the policy of FORWARD to DROP, or drop in DOCKER-USER what comes in{By(open)} for the container's network. Docker 28.0 and later install such rules themselves; they are missing here.",
            [.. open]);

    /// <summary>Whether the container publishes the port at an address that is not only the host's own.</summary>
    private static bool IsPublishedTo(Cell cell) =>
        cell.Service.Container!.Published.Any(port =>
            port.Target == cell.Service.Port && port.Protocol == cell.Service.Protocol
            && Sender.VersionOf(port.Address) == cell.Service.Ip && !IPAddress.IsLoopback(port.Address));

    /// <summary>
    /// Asks the same of a host that rewrites no destination: if INPUT drops the packet there, its rule seems to close
    /// the port.
    /// </summary>
    private IEnumerable<Surprise> PastInput()
    {
        var open = table.Cells
            .Where(cell => cell is
            {
                Source.IsOutside: true, Verdict: Verdict.Yes, Service.Kind: ServiceKind.Published,
            })
            .ToList();
        if (open.Count == 0)
            return [];
        var undone = WithoutDnat(table.Host);
        return
            from cell in open
            let seeming = Answer.Of(
                undone, cell.Question! with { Flow = cell.Question!.Flow with { To = Endpoint.Host } })
            where seeming.Ending is Ending.Dropped or Ending.Rejected
                && seeming.Legs[0].Trail.Outcome.Kind is OutcomeKind.Dropped or OutcomeKind.Rejected
            group cell by (cell.Service.Ip, IsPolicy: seeming.Rule is { Number: null }, seeming.Says) into closed
            select closed.Key.IsPolicy
                ? new Surprise(
                    SurpriseKind.PolicyOfInput,
                    $"{Ports(closed)} reached from {SourcesOf(closed)}, though a packet for the host would be {closed.Key.Says}: DNAT makes it a packet for the container before INPUT, so it crosses FORWARD instead.",
                    Closing(closed),
                    [.. closed])
                : new Surprise(
                    SurpriseKind.RuleOfInput,
                    $"{Ports(closed)} reached from {SourcesOf(closed)}, though a packet for the host would be {closed.Key.Says}. The rule never sees it: DNAT makes it a packet for the container before INPUT, so it crosses FORWARD instead.",
                    Closing(closed),
                    [.. closed]);
    }

    private static string Closing(IEnumerable<Cell> cells) =>
        $"If the port is meant to be closed, drop it in DOCKER-USER (what comes in{By(cells)}; --ctorigdstport matches the published port), or publish it on 127.0.0.1 only.";

    private static HostProfile WithoutDnat(HostProfile host) => host with
    {
        Rules = host.Rules with
        {
            Chains =
            [
                .. host.Rules.Chains.Select(chain => chain with
                {
                    Rules = [.. chain.Rules.Where(rule => rule.Target is not (DnatTarget or RedirectTarget))],
                }),
            ],
        },
    };

    private IEnumerable<Surprise> OpenByIpv6() =>
        from cell in table.Cells
        where cell is { Verdict: Verdict.Yes, Service.Ip: IpVersion.V6, Source.Kind: not SourceKind.Host }
            && _cells.GetValueOrDefault((cell.Source.Name, cell.Service.Name, IpVersion.V4)) is
            {
                Verdict: Verdict.No, Found.Ending: Ending.Dropped or Ending.Rejected,
            }
        let closed = _cells[(cell.Source.Name, cell.Service.Name, IpVersion.V4)]
        group cell by Causes.Of(table, closed) into open
        select new Surprise(
            SurpriseKind.OpenByIpv6,
            $"{Ports(open)} reached from {SourcesOf(open)}, but not by IPv4: what closes it there is {open.Key}, and IPv6 has rules of its own.",
            "Write the rule for IPv6 too (Docker writes its own if its option ip6tables is on, as it is by default since 27.0), or do not give the service an address of IPv6.",
            [.. open]);

    private IEnumerable<Surprise> ForwardingOff() =>
        from cell in table.Cells
        where cell is { Source.IsOutside: true, Verdict: Verdict.No, Service.Kind: ServiceKind.Published }
            && cell.Source.Device is { } device && !Forwards(device, cell.Service.Ip)
        group cell by (cell.Source, cell.Service.Ip) into closed
        let setting = closed.Key.Ip == IpVersion.V4 ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding"
        select new Surprise(
            SurpriseKind.ForwardingOff,
            $"{Ports(closed)} published and not reached from {SourcesOf(closed)}: the host forwards nothing that comes in by {closed.Key.Source.Device} ({setting} is off).",
            $"Switch it on: sysctl -w {setting}=1. Docker does so when it starts, so find out what switched it off later, often a file of /etc/sysctl.d.",
            [.. closed]);

    private bool Forwards(string device, IpVersion ip)
    {
        var topology = table.Topology;
        // A bridge receives what comes in by its ports.
        var receiving = topology.Find(device) is { Master: { } master } && topology.Find(master) is
        {
            Kind: DeviceKind.Bridge,
        } bridge ? bridge : topology.Find(device);
        return receiving?.Settings is not { } settings
            || (ip == IpVersion.V4 ? settings.Forwarding : settings.Forwarding6);
    }

    private static string By(IEnumerable<Cell> cells)
    {
        List<string> devices = [.. cells.Select(cell => cell.Source.Device).OfType<string>().Distinct()];
        return devices.Count == 0 ? "" : $" by {string.Join(" or ", devices)}";
    }

    private static string SourcesOf(IEnumerable<Cell> cells) =>
        Listing(
            [
                .. cells.Select(cell => cell.Source.Name).Distinct()
                    .Select(name => name == EndpointNames.Internet ? $"the {name}" : name),
            ],
            " and ");

    private static string WhyPassed(string cause) =>
        cause == Causes.Nothing ? cause : $"what lets it pass is {cause}";

    /// <summary><c>The port a is</c>, or <c>The ports a, b, and 3 more are</c>.</summary>
    private static string Ports(IEnumerable<Cell> cells)
    {
        List<string> names =
        [
            .. cells.Select(cell => cell.Service)
                .Select(one => one.Ip == IpVersion.V4 ? one.Name : $"{one.Name} by IPv6")
                .Distinct(),
        ];
        return names is [var only] ? $"The port {only} is" : $"The ports {Listing(names, ", ")} are";
    }

    private static string Listing(List<string> names, string between) => names.Count <= Listed
        ? string.Join(between, names)
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{string.Join(", ", names.Take(Listed))}, and {names.Count - Listed} more");
}
