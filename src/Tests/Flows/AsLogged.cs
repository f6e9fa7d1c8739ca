using Hooktrail.Labs;
using Hooktrail.Namespaces;
using Hooktrail.Observation;

namespace Hooktrail.Tests.Flows;

/// <summary>A flow's finding by full records, and by records of the bridge as ebt_log writes them.</summary>
internal static class AsLogged
{
    /// <summary>Assembles one flow's records twice, without users' own chains, where no tool can log.</summary>
    public static async Task<(Finding Full, Finding Log)> ObserveAsync(this NamespaceLab lab, Flow flow, int count = 1)
    {
        var sending = Sending.Once with { Packets = count, Patience = TimeSpan.FromMilliseconds(100) };
        var (_, window, mark, exchanged) = await lab.ObserveAsync(flow, sending, CancellationToken.None);
        window =
            window with { Sightings = [.. window.Sightings.Where(sighting => sighting.Point.Layer != Layer.Nftables)] };
        Finding Assembled(LogWindow seen) => TrailAssembler.Assemble(flow, lab.Map, seen, mark, null, exchanged);
        return (Assembled(window), Assembled(window with { Sightings = [.. window.Sightings.Select(Printed)] }));
    }

    // What ebt_log would have printed.
    private static Sighting Printed(Sighting sighting) => sighting.Point.Layer != Layer.Ebtables ? sighting : new()
    {
        Sequence = sighting.Sequence,
        Run = sighting.Run,
        Point = sighting.Point,
        Line = sighting.Line,
        IsComplete = true,
        In = sighting.In,
        Out = sighting.Out,
        MacSource = sighting.MacSource,
        MacDestination = sighting.MacDestination,
        EtherType = sighting.EtherType,
        Source = sighting.Source,
        Destination = sighting.Destination,
        Tos = (byte)(sighting.EtherType == 0x86DD ? sighting.Tos & 0xF0 : sighting.Tos),
        Protocol = sighting.Protocol,
        // Of a later fragment it prints payload for ports.
        SourcePort = sighting.FragmentOffset > 0 && sighting.Protocol == "UDP" ? 0x0101 : sighting.SourcePort,
        DestinationPort = sighting.FragmentOffset > 0 && sighting.Protocol == "UDP" ? 0x0101 : sighting.DestinationPort,
        ArpOperation = sighting.ArpOperation,
    };
}
