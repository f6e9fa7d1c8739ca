using System.Net;
using System.Net.Sockets;
using Hooktrail.Docker.Lab;
using Hooktrail.Labs;
using Hooktrail.Namespaces;
using Hooktrail.Observation;
using Hooktrail.Stations.Talk;
using Hooktrail.Text;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Live;

/// <summary>Sends from where a flow's sender is, and ends with this program.</summary>
internal sealed class LiveSender : IAsyncDisposable
{
    private readonly ImmutableArray<IAsyncDisposable> _parts;

    private LiveSender(Talker talker, string? source, params ImmutableArray<IAsyncDisposable> parts) =>
        (Talker, Source, _parts) = (talker, source, parts);

    public Talker Talker { get; }

    /// <summary>The address that it writes; null for that of the route.</summary>
    public string? Source { get; }

    internal static string Script { get; } = EmbeddedText.Of(typeof(LiveSender).Assembly, "inject.sh");

    /// <param name="host">The host.</param>
    /// <param name="flow">What is to be sent.</param>
    /// <param name="asked">The address that is asked.</param>
    /// <param name="number">The sender's port, or the identifier of echoes.</param>
    /// <param name="injects">Whether a sender beyond the host may be stood in for at the host's NIC.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="CannotSendException">Nothing can send for this sender.</exception>
    /// <exception cref="HooktrailException">A right, a tool or the Engine is missing.</exception>
    public static Task<LiveSender> StartAsync(
        LiveHost host, Flow flow, IPAddress asked, int number, bool injects, CancellationToken cancellation) =>
        flow.From.Kind switch
        {
            EndpointKind.Host => OfHostAsync(host, cancellation),
            EndpointKind.Container => OfContainerAsync(host, flow, cancellation),
            EndpointKind.Wan when injects => OfOutsideAsync(host, flow, asked, number, cancellation),
            _ => throw new CannotSendException(
                "nothing of this host can send from outside; --inject lets a packet in by the host's own NIC"),
        };

    public async ValueTask DisposeAsync()
    {
        foreach (var part in _parts)
            await part.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<LiveSender> OfHostAsync(LiveHost host, CancellationToken cancellation)
    {
        var process = await host.StartAsync(Talker.Script, cancellation).ConfigureAwait(false);
        var talker = new Talker("the host", process.Input, process.Lines);
        return new(talker, null, talker, process);
    }

    private static async Task<LiveSender> OfContainerAsync(LiveHost host, Flow flow, CancellationToken cancellation)
    {
        var container = host.Profile.Topology.Containers.FirstOrDefault(one => one.Name == flow.From.Name);
        if (container is not { Engine: "docker" })
            throw new CannotSendException(
                $"{flow.From} is no container of a Docker Engine, and nothing else can send from inside it");
        var guest = await ContainerGuest.StartAsync(container.Name, flow.Protocol == Protocol.Icmp, cancellation)
            .ConfigureAwait(false);
        return new(guest.Talker, null, guest);
    }

    private static async Task<LiveSender> OfOutsideAsync(
        LiveHost host, Flow flow, IPAddress asked, int number, CancellationToken cancellation)
    {
        var sender = IPAddress.Parse(flow.From.Name);
        if (host.Profile.Topology.Devices.SelectMany(device => device.Addresses).All(own => !own.Address.Equals(asked)))
            throw new CannotSendException($"--inject asks addresses of the host itself, and {asked} is none");
        var (device, hop) = WayTo(host.Profile.Topology, flow, sender);
        var neighbour = host.Profile.Topology.Neighbours.FirstOrDefault(
                one => (one.Device == device.Name || one.Device == device.Master) && one.Address.Equals(hop) && one.Mac is not null)?.Mac
            ?? throw new CannotSendException(
                $"the host has not learned the MAC address of {hop} at {device.Name}, where its answer would go");
        // The process is the namespace: it goes with its last process, and the veth pair with it.
        var process = await HostProcess.StartAsync(
            host.Machine, [.. host.Enter, "unshare", "--net", "setsid", "perl", "-e", Talker.Script], cancellation)
            .ConfigureAwait(false);
        var talker = new Talker("the injector", process.Input, process.Lines);
        var run = RunId.New();
        var injection = Injections.AtEnd(host, run);
        HostProcess? guard = null;
        try
        {
            // It answers once it is in its namespace.
            await talker.TakeHeardAsync(cancellation: cancellation).ConfigureAwait(false);
            guard = await HostProcess.StartAsync(
                host.Machine,
                [
                    .. host.Enter, "bash", "--noprofile", "--norc", "-c", Script, "hooktrail", device.Name,
                    $"ht-{run}-in", $"{process.ProcessId}", neighbour,
                    sender.AddressFamily == AddressFamily.InterNetworkV6 ? "6" : "4", $"{sender}", $"{asked}",
                    flow.Protocol.Name(), $"{number}",
                ],
                cancellation).ConfigureAwait(false);
            var said = await guard.Lines.WaitToReadAsync(cancellation).ConfigureAwait(false)
                && guard.Lines.TryRead(out var line)
                    ? line
                    : "refused its process ended";
            return said == "ready"
                ? new(talker, $"{sender}", guard, injection, talker, process)
                : throw new HooktrailException(
                    $"Nothing can be injected at {device.Name}: {said.Replace("refused ", "", StringComparison.Ordinal).TrimEnd('.')}.");
        }
        catch
        {
            if (guard is not null)
                await guard.DisposeAsync().ConfigureAwait(false);
            await injection.DisposeAsync().ConfigureAwait(false);
            await talker.DisposeAsync().ConfigureAwait(false);
            await process.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static (Device Device, IPAddress Hop) WayTo(Topology topology, Flow flow, IPAddress sender)
    {
        var routes = topology.Routes.Where(route => route.Kind == RouteKind.Unicast && route.Destination.Holds(sender))
            .OrderByDescending(route => route.Destination.Length)
            .SelectMany(route => route.NextHops)
            .Where(hop => flow.By is not { } by || hop.Device == by || topology.Find(by)?.Master == hop.Device);
        foreach (var hop in routes)
            if (topology.Find(flow.By ?? hop.Device) is { } device)
                return (device, hop.Gateway ?? sender);
        throw new CannotSendException($"no route of the host leads to {sender}");
    }
}
