using System.Net;
using System.Security.Cryptography;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Namespaces;
using Hooktrail.Observation;
using Hooktrail.Observation.Nflog;
using Hooktrail.Questions;
using Hooktrail.Stations;
using Hooktrail.Stations.Machines;
using Hooktrail.Stations.Talk;
using Hooktrail.Twins;
using Hooktrail.Verification;

namespace Hooktrail.Live;

/// <summary>
/// Sends the packets of a question on a user's running host, and holds each hop and each rule against the prediction. It
/// adds private nft tables while it asks, which record no other packets.
/// </summary>
public static class LiveCheck
{
    // Others use low numbers of log groups.
    private const string LogGroup = "49152";

    // The hooks also show what comes late; where no answer is due, this wait is enough for what goes one way.
    private static readonly TimeSpan Hopeless = TimeSpan.FromMilliseconds(200);

    // What the records of the flow are marked with, in place of the type of service; on the wire it is 0.
    private const byte Mark = 0x10;

    /// <param name="host">The host as it is now.</param>
    /// <param name="flow">The flow of a question.</param>
    /// <param name="injects">Whether a sender beyond the host may be stood in for at the host's NIC.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="HooktrailException">A right, a tool or the Engine is missing.</exception>
    public static Task<Verified> AskAsync(
        LiveHost host, Flow flow, bool injects = false, CancellationToken cancellation = default) =>
        AskAsync(host, flow, injects, null, cancellation);

    // What disturbs the sending gets the process that reads the records, and sends the packets itself.
    internal static async Task<Verified> AskAsync(
        LiveHost host, Flow flow, bool injects, Func<int, Func<Task>, Task>? disturbed, CancellationToken cancellation)
    {
        var where = host.NamespaceOf is null ? "on this host" : "in the network namespace";
        try
        {
            var seen = await OfAsync(host, flow, injects, disturbed, cancellation).ConfigureAwait(false);
            return TwinOfHost.VerdictOf(seen, $"{where}, Linux {host.Profile.Kernel}", []);
        }
        catch (CannotSendException cannot)
        {
            return new(null, cannot.Message, []);
        }
    }

    /// <exception cref="CannotSendException">Nothing can send for the sender.</exception>
    private static async Task<TwinObservation> OfAsync(
        LiveHost host, Flow flow, bool injects, Func<int, Func<Task>, Task>? disturbed, CancellationToken cancellation)
    {
        if (flow.IsBroadcast || flow.Protocol == Protocol.Arp)
            throw new CannotSendException("only packets of tcp, udp and icmp to one receiver are sent");
        var forecast = Prediction.Forecast(host.Profile, flow);
        if (PortChange.Of(host.Profile, flow, forecast) is { } rule)
            throw new CannotSendException(
                $"NAT gives the packet another source port, by which its records cannot be told from others ({rule})");
        var ends = new TwinEnds(host.Profile.Topology);
        var asked = ends.Asked(flow with { Via = Prediction.AddressAsked(host.Profile, flow) });
        var number = RandomNumberGenerator.GetInt32(20_000, 60_000);
        var places = LivePlaces.Of(host.Profile, flow.Ip);
        await using var sender = await LiveSender.StartAsync(host, flow, asked, number, injects, cancellation)
            .ConfigureAwait(false);
        var (window, unsure, sent) = await RecordedAsync(
            host, flow, number, places,
            reader => SentAsync(
                reader,
                () => sender.Talker.SendAsync(
                    Talking.To(
                        flow.Protocol, flow.Ip, sender.Source, asked.ToString(), flow.Port, number, tos: 0, flow.Ttl,
                        count: 1, size: flow.Protocol == Protocol.Tcp ? 0 : 8,
                        forecast.Legs.AreAnswered(flow) ? Sending.Ample : Hopeless),
                    cancellation),
                disturbed),
            cancellation).ConfigureAwait(false);
        return Judged(host, flow, forecast, places, ends, asked, number, window, unsure, sent);
    }

    private static async Task<TalkResult> SentAsync(
        int reader, Func<Task<TalkResult>> send, Func<int, Func<Task>, Task>? disturbed)
    {
        if (disturbed is null)
            return await send().ConfigureAwait(false);
        TalkResult? sent = null;
        await disturbed(reader, async () => sent = await send().ConfigureAwait(false)).ConfigureAwait(false);
        return sent ?? throw new InvalidOperationException("Nothing was sent.");
    }

    private static TwinObservation Judged(
        LiveHost host, Flow flow, Forecast forecast, ImmutableArray<NflogPlace> places, TwinEnds ends, IPAddress asked,
        int number, LogWindow window, ImmutableArray<ImmutableArray<HookPoint>> unsure, TalkResult sent)
    {
        var map = new LabMap(ImmutableDictionary<string, string>.Empty, ImmutableDictionary<IPAddress, string>.Empty)
        {
            OwnerOf = ends.Of,
        };
        var own = OwnPackets.Of(window, flow, number, [asked, .. AddressesOf(forecast)], ends.Of, Mark);
        var finding = TrailAssembler.Assemble(
            flow, map, own, Mark, counted: null,
            new(sent.Sent, flow.Protocol == Protocol.Tcp ? [] : [.. sent.Answered])
            {
                Told = [.. sent.Told],
                LocalPort = flow.HasPorts ? number : null,
            },
            unsure);
        return finding switch
        {
            Finding.Observed(var seen) => TwinObservation.Of(
                host.Rules, host.Profile, flow, forecast, seen,
                legs => LiveLegs.Told(flow, legs, !sent.Told.IsEmpty), trail => LivePlaces.Shown(places, trail)),
            Finding.Inconclusive(var reason) => TwinObservation.Untold(flow, forecast, reason),
            var other => throw new InvalidOperationException($"Unknown finding {other}."),
        };
    }

    private static async Task<(LogWindow Window, ImmutableArray<ImmutableArray<HookPoint>> Unsure, TalkResult Sent)>
        RecordedAsync(
            LiveHost host, Flow flow, int number, ImmutableArray<NflogPlace> places, Func<int, Task<TalkResult>> send,
            CancellationToken cancellation)
    {
        var run = RunId.New();
        await using var tables = await OwnedTables.StartAsync(
            host.Machine, host.Enter, NflogTable.Name(run), cancellation).ConfigureAwait(false);
        await using var shell = await ShellAsync(host, cancellation).ConfigureAwait(false);
        var program = await host.StartAsync(NflogProgram.Script, cancellation, LogGroup, "trace").ConfigureAwait(false);
        ImmutableArray<NflogPlace> tools = [.. places.Where(place => place.Point.Layer != Layer.Nftables)];
        await using var recorder = await NflogRecorder.StartAsync(
            new(
                program.Input, program.Lines,
                "The program that reads the log group ended; check that perl is installed, and run again.", program)
            {
                Traces = true,
                OwnedLoad = async (text, token) =>
                    await tables.RunAsync("record packets", text, token).ConfigureAwait(false),
                AreOwned = tables.AreOwned,
            },
            run, NflogTraffic.OfFlow(flow.Protocol, number), tools, shell, cancellation).ConfigureAwait(false);
        // The recorders come after all chains of the host, so of those that share a place they prove no order.
        await recorder.RecordUsersAsync(
            [.. places.Where(place => place.Point.Layer == Layer.Nftables)],
            tools.Select(place => place.Point).ToHashSet(), cancellation).ConfigureAwait(false);
        await recorder.RecordToolsAsync(cancellation).ConfigureAwait(false);
        var sent = await send(program.ProcessId).ConfigureAwait(false);
        return (await recorder.ReadAsync(cancellation).ConfigureAwait(false), recorder.Unsure, sent);
    }

    private static async Task<Shell> ShellAsync(LiveHost host, CancellationToken cancellation)
    {
        var process = await host.Machine.StartAsync(
            new MachineProgram(
                [.. host.Enter, "setsid", "bash", "--noprofile", "--norc", "-c", Agent.Script, "hooktrail host"])
            {
                Writes = [MachineProgram.Output, MachineProgram.Error],
            },
            cancellation).ConfigureAwait(false);
        return new(new PipeSession(
            "the host", process.WriterTo(MachineProgram.Input), process.ReaderOf(MachineProgram.Output),
            process.ReaderOf(MachineProgram.Error)));
    }

    private static IEnumerable<IPAddress> AddressesOf(Forecast forecast) => forecast.Legs
        .SelectMany(leg => leg.Trail.Hops)
        .SelectMany(hop => new[] { hop.Source, hop.Destination })
        .Select(end => IPEndPoint.TryParse(end ?? "", out var parsed) ? parsed.Address : null)
        .OfType<IPAddress>()
        .Distinct();
}
