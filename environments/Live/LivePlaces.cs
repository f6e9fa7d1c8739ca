using Hooktrail.Observation.Nflog;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Live;

/// <summary>
/// The places at which packets of a user's host are recorded. A recorder must change nothing: a chain of type nat would
/// bring NAT into being where there is none (net/netfilter/nf_nat_core.c, nf_nat_register_fn), so such places are left
/// out there.
/// </summary>
internal static class LivePlaces
{
    /// <summary>All at which a packet of these versions of IP can be, in the order of registration.</summary>
    public static ImmutableArray<NflogPlace> Of(HostProfile host, params ImmutableArray<IpVersion> versions) =>
    [
        .. NflogPlaces.OfTools(host.Iptables, host.Iptables, host.Ebtables)
            .Concat(NflogPlaces.OfUser(host.Rules))
            .Where(place => place.Family switch
            {
                NftFamily.Arp => false,
                NftFamily.Bridge => host.Topology.Devices.Any(device => device.Kind == DeviceKind.Bridge),
                NftFamily.Ip => versions.Contains(IpVersion.V4),
                NftFamily.Ip6 => versions.Contains(IpVersion.V6),
                _ => true,
            })
            .Where(place => place.Type != NftChainType.Nat || HasNat(host, place.Family)),
    ];

    /// <summary>The part of a prediction that the places show.</summary>
    public static Trail Shown(ImmutableArray<NflogPlace> places, Trail trail)
    {
        var points = places.Select(place => place.Point).ToHashSet();
        return trail.Hops.All(hop => points.Contains(hop.Point))
            ? trail
            : trail with { Hops = [.. trail.Hops.Where(hop => points.Contains(hop.Point))] };
    }

    private static bool HasNat(HostProfile host, NftFamily family) =>
        host.Rules.Chains.Any(chain => chain.Base is { Type: "nat" } at
            && (at.Family == family || at.Family == NftFamily.Inet || family == NftFamily.Inet))
        || host.Rules.Chains.Any(chain => chain.Id.Table == "nat"
            && chain.Id.Layer == (family == NftFamily.Ip6 ? Layer.Ip6tables : Layer.Iptables));
}
