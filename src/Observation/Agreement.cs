namespace Hooktrail.Observation;

/// <summary>
/// Compares two observers of the same packets, which share neither rules nor channel: the tools' LOG
/// rules and a private table of nf_tables. Hops that both can show must be equal; hops that only one
/// can show are taken from that one. Where the records of NFLOG do not prove that a packet crossed a
/// chain (<see cref="UnsureHops"/>), LOG decides.
/// </summary>
public static class Agreement
{
    /// <summary>The common finding, or a <see cref="Finding.Contradictory"/>.</summary>
    public static Finding Of(Finding log, Finding nflog) => (log, nflog) switch
    {
        (Finding.Inconclusive(var reason), _) => new Finding.Inconclusive($"LOG: {reason}"),
        (_, Finding.Inconclusive(var reason)) => new Finding.Inconclusive($"NFLOG: {reason}"),
        (Finding.Observed one, Finding.Observed other) => Of(one, other),
        (Finding.Contradictory, _) => log,
        _ => nflog,
    };

    private static Finding Of(Finding.Observed log, Finding.Observed nflog)
    {
        var (onlyLogged, onlyNetlinked) = (Hidden(log, nflog, OnlyLogShows), Hidden(nflog, log, OnlyNflogShows));
        if (!log.Legs.Except(onlyLogged).Select(leg => leg.Leg)
            .SequenceEqual(nflog.Legs.Except(onlyNetlinked).Select(leg => leg.Leg)))
            return new Finding.Contradictory(
                $"LOG saw {Listed(log)}, NFLOG saw {Listed(nflog)}.", log, nflog);

        var legs = ImmutableArray.CreateBuilder<ObservedLeg>(log.Legs.Length);
        var rest = new Queue<ObservedLeg>(nflog.Legs);
        foreach (var one in log.Legs)
        {
            while (rest.TryPeek(out var next) && onlyNetlinked.Contains(next))
                legs.Add(rest.Dequeue());
            if (onlyLogged.Contains(one))
            {
                legs.Add(one);
                continue;
            }

            var other = Decided(rest.Dequeue(), one.Trail);
            if (Difference(one.Trail, other.Trail, !onlyLogged.IsEmpty, !onlyNetlinked.IsEmpty) is { } difference)
                return new Finding.Contradictory($"Of the {one.Leg}, {difference}.", log, nflog);
            legs.Add(Together(one, other));
        }

        legs.AddRange(rest);
        return new Finding.Observed(legs.ToImmutable());
    }

    // The legs that were lost where only one observer looks: the other cannot know that there was a packet.
    private static ImmutableArray<ObservedLeg> Hidden(
        Finding.Observed one, Finding.Observed other, Func<Hop, bool> onlyOneShows) =>
        [
            .. one.Legs.Where(leg => leg.Trail is { Hops.IsEmpty: false, Outcome.To: null }
                && leg.Trail.Hops.All(onlyOneShows)
                && !other.Legs.Any(known => known.Leg == leg.Leg)),
        ];

    // A LOG rule stands in its chain. So what LOG could have shown, and has not, the packet did not cross.
    private static ObservedLeg Decided(ObservedLeg nflog, Trail log)
    {
        if (nflog.Unsure is not [.., { AreCrossed: false } last])
            return nflog;
        var before = nflog.Trail.Hops.Take(last.First - 1).ToImmutableArray();
        var hops = before.AddRange(last.In(nflog.Trail).Where(
            hop => OnlyNflogShows(hop) || log.Hops.Count(hop.Equals) > before.Count(hop.Equals)));
        var left = hops.Length - before.Length;
        if (left == last.Count || left == 0)
            return nflog;
        // The numbers of the hops that are left; 0 for those that are not.
        var places = nflog.Trail.Hops
            .Select((hop, index) => index < before.Length ? index + 1 : hops.IndexOf(hop, before.Length) + 1)
            .ToList();
        return nflog with
        {
            Trail = new(hops, nflog.Trail.Outcome with { At = hops[^1].Point }),
            Evidence = [.. Moved(nflog.Evidence, places)],
            Steps = [.. from one in nflog.Steps where places[one.Hop - 1] > 0 select (places[one.Hop - 1], one.Step)],
            Unsure = left == 1 ? nflog.Unsure.Remove(last) : nflog.Unsure.Replace(last, last with { Count = left }),
        };
    }

    // nf_tables has no hook for arptables' chain FORWARD (nft_chain_filter.c, nft_chain_filter_arp). LOG rules stand
    // neither in users' own chains nor in arptables (net/netfilter/xt_LOG.c).
    private static bool OnlyLogShows(Hop hop) => hop.Point is { Layer: Layer.Arptables, Chain: "FORWARD" };

    private static bool OnlyNflogShows(Hop hop) =>
        hop.Point is { Layer: Layer.Nftables } or { Layer: Layer.Arptables, Chain: not "FORWARD" };

    // An answer that only one observer saw tells that one alone that the request arrived.
    private static string? Difference(Trail log, Trail nflog, bool logKnowsMore, bool nflogKnowsMore)
    {
        var logged = log.Hops.Where(hop => !OnlyLogShows(hop)).ToList();
        var netlinked = nflog.Hops.Where(hop => !OnlyNflogShows(hop)).ToList();
        for (var i = 0; i < Math.Max(logged.Count, netlinked.Count); i++)
        {
            var (one, other) = (logged.ElementAtOrDefault(i), netlinked.ElementAtOrDefault(i));
            if (one != other)
                return $"hop {i + 1} is {Shown(one)} to LOG and {Shown(other)} to NFLOG";
        }

        // If one observer sees further than the other, only that one knows after which hook point the packet was gone.
        var seenAlike = log.Hops.Length == logged.Count && nflog.Hops.Length == netlinked.Count;
        if ((logKnowsMore && nflog.Outcome.To is null) || (nflogKnowsMore && log.Outcome.To is null))
            return null;
        return log.Outcome.To != nflog.Outcome.To || (seenAlike && !log.Outcome.LooksLike(nflog.Outcome))
            ? $"LOG shows {log.Outcome}, NFLOG shows {nflog.Outcome}"
            : null;
    }

    // Both share the common hops, which show where the hops of only one belong.
    private static ObservedLeg Together(ObservedLeg log, ObservedLeg nflog)
    {
        var hops = ImmutableArray.CreateBuilder<Hop>();
        // The position of each observer's hops in the common trail, from 1.
        List<int> logged = [], netlinked = [];
        var rest = new Queue<Hop>(nflog.Trail.Hops);
        foreach (var hop in log.Trail.Hops)
        {
            while (!OnlyLogShows(hop) && rest.TryPeek(out var next) && OnlyNflogShows(next))
                Take(rest.Dequeue(), netlinked);
            Take(hop, logged);
            if (OnlyLogShows(hop))
                continue;
            rest.Dequeue();
            netlinked.Add(hops.Count);
        }

        while (rest.TryDequeue(out var hop))
            Take(hop, netlinked);
        var isLogged = nflog.Trail.Hops.IsEmpty || OnlyLogShows(hops[^1])
            || (nflog.Trail.Outcome.To is null && log.Trail.Outcome.To is not null);
        var outcome = isLogged ? log.Trail.Outcome : nflog.Trail.Outcome;
        return new(
            log.Leg,
            new(hops.ToImmutable(), outcome),
            [.. Moved(log.Evidence, logged), .. Moved(nflog.Evidence, netlinked)])
        {
            Unsure = [.. nflog.Unsure.Select(one => one with { First = netlinked[one.First - 1] })],
            Steps = [.. nflog.Steps.Select(one => (netlinked[one.Hop - 1], one.Step))],
            Traced = nflog.Traced,
            Untraced = nflog.Untraced,
        };

        void Take(Hop hop, List<int> places)
        {
            hops.Add(hop);
            places.Add(hops.Count);
        }
    }

    internal static IEnumerable<Evidence> Moved(ImmutableArray<Evidence> evidence, List<int> places) =>
        evidence.Select(record => record.Hop == 0 ? record : record with { Hop = places[record.Hop - 1] });

    private static string Listed(Finding.Observed observed) =>
        observed.Legs.IsEmpty ? "nothing" : string.Join(", ", observed.Legs.Select(leg => leg.Leg));

    internal static string Shown(Hop? hop) => hop is null
        ? "missing"
        : $"{hop.Point} (in {hop.In ?? "-"}, out {hop.Out ?? "-"}, physIn {hop.PhysIn ?? "-"}, physOut {hop.PhysOut ?? "-"}, {hop.Source} to {hop.Destination})";
}
