
namespace Hooktrail.Model.Netfilter;

/// <summary>
/// Users' own base chains of nft: each a registration like any other, at the priority that it was given;
/// net/netfilter/nf_tables_api.c, <c>nf_tables_register_hook</c>, and nft_chain_filter.c. The NAT core asks those of
/// type nat: see <see cref="NatChains"/>.
/// </summary>
internal static class NftChains
{
    /// <summary>The chains from before the first bridge, or those from after it.</summary>
    public static IEnumerable<HookRegistration> Registrations(HostProfile profile, bool beforeBridges) =>
        from chain in profile.Rules.BaseChains
        let at = chain.Base!
        where at.Type != "nat" && at.BeforeBridges == beforeBridges
        let point = PointOf(chain)
        from family in FamiliesOf(at)
        select new HookRegistration(
            family, HookOf(at), at.Priority, point.ToString(), FunctionOf(new(point, profile.Rules), at, family))
        {
            Device = at.Device,
            Points = [point],
        };

    public static HookPoint PointOf(RuleChain chain) => new(Layer.Nftables, chain.Id.Table, chain.Id.Name);

    /// <summary>
    /// The families at whose hooks a base chain is. Family inet is IPv4 and IPv6, but at ingress it is netdev.
    /// </summary>
    public static IEnumerable<Family> FamiliesOf(BaseChain chain) => chain.Family switch
    {
        _ when HookOf(chain) is Hook.Ingress or Hook.Egress => [Family.Netdev],
        NftFamily.Bridge => [Family.Bridge],
        NftFamily.Ip => [Family.IPv4],
        NftFamily.Ip6 => [Family.IPv6],
        NftFamily.Arp => [Family.Arp],
        _ => [Family.IPv4, Family.IPv6],
    };

    /// <exception cref="HooktrailException">There is no such hook.</exception>
    public static Hook HookOf(BaseChain chain) => chain.Hook switch
    {
        "prerouting" => Hook.PreRouting,
        "input" => Hook.LocalIn,
        "forward" => Hook.Forward,
        "output" => Hook.LocalOut,
        "postrouting" => Hook.PostRouting,
        "ingress" => Hook.Ingress,
        "egress" => Hook.Egress,
        _ => throw new HooktrailException(
            $"nft has no hook \"{chain.Hook}\"; it is one of ingress, prerouting, input, forward, output, postrouting, egress."),
    };

    private static HookFunction FunctionOf(Chain chain, BaseChain at, Family family) => (at.Family, family) switch
    {
        (NftFamily.Bridge, _) => new Bridge.BridgeChain(chain, Backend.Nft).Run,
        (NftFamily.Inet, Family.Netdev) => (Packet packet, in HookState state) =>
            IsPlainIp(packet) ? chain.Filter(packet, state with { Family = packet.Family }) : NfVerdict.Accept,
        _ => at.Type == "route" ? Ip.Rerouting.After(chain) : chain.Filter,
    };

    /// <summary>
    /// Of the frames that a device receives, only IP crosses a chain of family inet (nft_chain_filter.c,
    /// <c>nft_do_chain_inet_ingress</c>). A VLAN tag is already off the frame by then.
    /// </summary>
    private static bool IsPlainIp(Packet packet) => packet.Family.IsIp() && packet.Encapsulation != Encapsulation.PPPoE;
}
