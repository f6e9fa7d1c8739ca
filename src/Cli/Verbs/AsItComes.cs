using System.Threading.Channels;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Text;

namespace Hooktrail.Cli.Verbs;

/// <summary>
/// Prints one line for each record while its flow is under way, with the predicted hop that it fits. The lines are
/// provisional: a single record does not identify its packet, so they contain no judgement.
/// </summary>
internal sealed class AsItComes(ImmutableArray<PredictedLeg> predicted, Observers observers, TextWriter output)
{
    private readonly Dictionary<Observers, Follower> _followers = [];

    /// <summary>Prints each record while a flow is sent; when it returns, all records are printed.</summary>
    public async Task<Seen> WhileAsync(Func<Action<Glimpse>, Task<Seen>> send)
    {
        // The readers of the observers' channels must not wait for a terminal, or they would lose records.
        var glimpses = Channel.CreateUnbounded<Glimpse>(new() { SingleReader = true });
        var printing = PrintAsync(glimpses.Reader);
        try
        {
            return await send(glimpse => glimpses.Writer.TryWrite(glimpse));
        }
        finally
        {
            glimpses.Writer.Complete();
            await printing;
        }
    }

    private async Task PrintAsync(ChannelReader<Glimpse> glimpses)
    {
        await output.WriteAsync(
            "\nRecords as they arrive, each with the predicted hop that it matches; ? marks a record of no leg, such as ARP on the way or the end of a connection.\n"
            + "The match is certain only after the last record; the legs follow then.\n"
            + Line("by", "hook point", "devices", "predicted", "packet"));
        await output.FlushAsync();
        await foreach (var glimpse in glimpses.ReadAllAsync())
        {
            await output.WriteAsync(TextOf(glimpse));
            await output.FlushAsync();
        }
    }

    private string TextOf(Glimpse glimpse)
    {
        if (!_followers.TryGetValue(glimpse.By, out var follower))
            _followers[glimpse.By] = follower = new([.. predicted.SelectMany(EachWay)]);
        var hop = glimpse.Hop;
        string?[] devices = [hop.In is null ? null : $"in={hop.In}", hop.Out is null ? null : $"out={hop.Out}"];
        return Line(
            glimpse.By.ToString().ToLowerInvariant(),
            hop.Point.ToString(),
            string.Join(' ', devices.OfType<string>()),
            follower.Place(hop) is var (leg, number) ? $"{leg}, hop {number}" : "?",
            $"{hop.Source} → {hop.Destination} {glimpse.Packet}");
    }

    private static IEnumerable<PredictedLeg> EachWay(PredictedLeg leg) => leg.Ways.IsEmpty
        ? [leg]
        : leg.Ways.Select(way => way.Trail).OfType<Trail>().Select(trail => new PredictedLeg(leg.Leg, trail));

    // Column widths are not known yet: the widest names of the lab fit, and longer ones shift the line.
    private string Line(string by, string point, string devices, string place, string packet) => PlainText.Of(
        $"  {(observers.HasFlag(Observers.Both) ? by.PadRight(7) : "")}{point,-28}  {devices,-31}  {place,-17}  {packet}"
            .TrimEnd())
        + "\n";

    /// <summary>The progress of one observer's records along the predicted legs.</summary>
    private sealed class Follower(ImmutableArray<PredictedLeg> legs)
    {
        private readonly int[] _next = new int[legs.Length];
        private int _last;

        /// <summary>The predicted hop that a record fits; null for none.</summary>
        public (Leg Leg, int Number)? Place(Hop seen)
        {
            // The next hop of a leg, else a later one: an observer does not show every layer,
            // and a prediction can be wrong.
            foreach (var step in (int[])[1, int.MaxValue])
                foreach (var leg in Enumerable.Range(0, legs.Length).OrderByDescending(leg => leg == _last))
                {
                    var hops = legs[leg].Trail.Hops;
                    for (var hop = _next[leg]; hop < hops.Length && hop - _next[leg] < step; hop++)
                        if (Fits(hops[hop], seen))
                        {
                            (_last, _next[leg]) = (leg, hop + 1);
                            return (legs[leg].Leg, hop + 1);
                        }
                }

            return null;
        }

        private static bool Fits(Hop hop, Hop seen) =>
            hop with { Source = null, Destination = null } == seen with { Source = null, Destination = null }
            && FitsAddress(hop.Source, seen.Source) && FitsAddress(hop.Destination, seen.Destination);

        // The prediction has no port if the sender's is ephemeral.
        private static bool FitsAddress(string? address, string? seen) =>
            seen == address
            || (address is not null && seen?.StartsWith(address + ':', StringComparison.Ordinal) == true);
    }
}
