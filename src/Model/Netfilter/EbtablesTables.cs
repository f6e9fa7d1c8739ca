using Hooktrail.Model.Bridge;

namespace Hooktrail.Model.Netfilter;

/// <summary>
/// The chains of broute, nat and filter at the bridge hooks; net/bridge/netfilter/ebtable_*.c for the legacy backend,
/// iptables' nft.c (<c>xtables_bridge</c>) for nft.
/// </summary>
internal static class EbtablesTables
{
    public static IEnumerable<HookRegistration> Registrations(HostProfile profile, KernelTraits traits) =>
        from point in HookPoints.Ebtables
        where profile.Broute || point.Table != "broute"
        let chain = new Chain(point, profile.Rules)
        let place = PlaceOf(point, profile.Ebtables, traits)
        select new HookRegistration(
            Family.Bridge, place.Hook, place.Priority, point.ToString(), FunctionOf(chain, profile.Ebtables))
        {
            Points = [point],
        };

    private static (Hook Hook, int Priority) PlaceOf(HookPoint point, Backend backend, KernelTraits traits) =>
        (point.Table, point.Chain) switch
        {
            ("broute", _) => (BrouteHook(backend, traits), BridgePriority.First),
            ("nat", "PREROUTING") => (Hook.PreRouting, BridgePriority.NatDestinationBridged),
            ("nat", "OUTPUT") => (Hook.LocalOut, BridgePriority.NatDestinationOther),
            ("nat", "POSTROUTING") => (Hook.PostRouting, BridgePriority.NatSource),
            ("filter", "INPUT") => (Hook.LocalIn, BridgePriority.FilterBridged),
            ("filter", "FORWARD") => (Hook.Forward, BridgePriority.FilterBridged),
            // The legacy table filters after nat OUTPUT, the nft one before it. Nowhere else do the two differ.
            ("filter", "OUTPUT") => (Hook.LocalOut,
                backend == Backend.Legacy ? BridgePriority.FilterOther : BridgePriority.FilterBridged),
            _ => throw new ArgumentOutOfRangeException(nameof(point), point, "not a hook point of ebtables"),
        };

    private static Hook BrouteHook(Backend backend, KernelTraits traits) =>
        backend == Backend.Nft || traits.BrouteIsAtPreRouting ? Hook.PreRouting : Hook.Brouting;

    /// <summary>
    /// A DROP in BROUTING takes the frame away from the bridge. A rule elsewhere can redirect a frame to the bridge.
    /// </summary>
    private static HookFunction FunctionOf(Chain chain, Backend backend) => new BridgeChain(chain, backend).Run;
}
