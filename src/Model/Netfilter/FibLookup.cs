using Hooktrail.Model.Network;

namespace Hooktrail.Model.Netfilter;

/// <summary>
/// What a rule learns by looking up a route; net/ipv4/netfilter/nft_fib_ipv4.c, net/ipv6/netfilter/nft_fib_ipv6.c and
/// xt_addrtype.c, ipt_rpfilter.c, ip6t_rpfilter.c. The lab has no policy rules, so the mark as a key changes nothing.
/// </summary>
internal static class FibLookup
{
    public static Truth Of(FibMatch match, Packet packet, in HookState state)
    {
        var address = (match.Role == AddressRole.Source ? packet.Source : packet.Destination).Name;
        var by = match.Keys.HasFlag(FibKeys.In) ? state.In : match.Keys.HasFlag(FibKeys.Out) ? state.Out : null;
        if (match.Result == FibResult.Type)
            return Is(match.Values.Contains(TypeOf(packet.Wiring, address, by)), match);
        // Of what came in over loopback, the rule learns that device, by nft at INPUT only since Linux 6.16
        // (net/netfilter/nft_fib.c, nft_fib_can_skip).
        if (state.In == LabNames.Loopback && state.Hook == Hook.LocalIn)
            return Truth.Unknown;
        var found = state is { In: LabNames.Loopback, Hook: Hook.PreRouting } ? LabNames.Loopback
            : DeviceTo(packet.Wiring, address, by, match.AcceptsLocal);
        return Is(found is not null && Matching.HasName(match.Values, found), match);
    }

    /// <summary>
    /// The address's type; by a device, only the types that the address has there (<c>inet_dev_addr_type</c>).
    /// </summary>
    public static string TypeOf(Wiring wiring, string address, string? by = null) =>
        wiring.IsOfHost(address) && (by is null || by == wiring.DeviceOf(address)) ? "LOCAL"
        : wiring.IsBroadcast(address) && (by is null || by == wiring.DeviceTowards(address)) ? "BROADCAST"
        : "UNICAST";

    /// <summary>Null for an address of the host itself, and for one that is not behind the key's device.</summary>
    private static string? DeviceTo(Wiring wiring, string address, string? by, bool acceptsLocal)
    {
        var isOwn = wiring.IsOfHost(address);
        if (isOwn && !acceptsLocal)
            return null;
        var device = isOwn ? wiring.DeviceOf(address) : wiring.DeviceTowards(address);
        return by is null || by == device ? device : null;
    }

    private static Truth Is(bool holds, FibMatch match) => holds == match.Negated ? Truth.No : Truth.Yes;
}
