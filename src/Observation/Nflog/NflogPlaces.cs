
namespace Hooktrail.Observation.Nflog;

/// <summary>
/// The places of the tools' built-in chains. The kernel's hooks give their order along a packet's way.
/// </summary>
public static class NflogPlaces
{
    /// <summary>
    /// All built-in chains of ebtables, iptables, ip6tables and arptables, except arptables' FORWARD: only the legacy
    /// backend has it, and nf_tables has no hook for it.
    /// </summary>
    public static ImmutableArray<NflogPlace> OfTools(Backend iptables, Backend ip6tables, Backend ebtables) =>
    [
        .. Ebtables(ebtables),
        .. Iptables(Layer.Iptables, iptables),
        .. Iptables(Layer.Ip6tables, ip6tables),
        new(new(Layer.Arptables, "filter", "INPUT"), NftFamily.Arp, NftHook.Input, 0),
        new(new(Layer.Arptables, "filter", "OUTPUT"), NftFamily.Arp, NftHook.Output, 0),
    ];

    /// <summary>
    /// The base chains that users made with nft. A place of the same priority that is registered later runs before the
    /// chain, and so sees every packet on which the chain is about to decide.
    /// </summary>
    public static ImmutableArray<NflogPlace> OfUser(RuleSet rules) =>
    [
        .. from chain in rules.BaseChains
           let at = chain.Base!
           select new NflogPlace(
               new(Layer.Nftables, chain.Id.Table, chain.Id.Name),
               at.Family,
               Enum.Parse<NftHook>(at.Hook, ignoreCase: true),
               at.Priority,
               at.Type == "nat" ? NftChainType.Nat : NftChainType.Filter,
               at.Device),
    ];

    // net/bridge/netfilter/ebtable_{broute,nat,filter}.c; iptables/nft.c, xtables_bridge. The
    // backends differ in filter OUTPUT.
    private static IEnumerable<NflogPlace> Ebtables(Backend backend)
    {
        NflogPlace Place(string table, string chain, NftHook hook, int priority) =>
            new(new(Layer.Ebtables, table, chain), NftFamily.Bridge, hook, priority);

        return
        [
            Place("broute", "BROUTING", NftHook.Prerouting, int.MinValue),
            Place("nat", "PREROUTING", NftHook.Prerouting, -300),
            Place("nat", "OUTPUT", NftHook.Output, 100),
            Place("nat", "POSTROUTING", NftHook.Postrouting, 300),
            Place("filter", "INPUT", NftHook.Input, -200),
            Place("filter", "FORWARD", NftHook.Forward, -200),
            Place("filter", "OUTPUT", NftHook.Output, backend == Backend.Nft ? -200 : 200),
        ];
    }

    // include/uapi/linux/netfilter_ipv4.h, netfilter_ipv6.h; iptables/nft.c, xtables_ipv4. The backends differ in
    // security. For nat, type and priority put a chain into the slot of the NAT core, which runs all of them or none.
    private static IEnumerable<NflogPlace> Iptables(Layer layer, Backend backend)
    {
        foreach (var point in HookPoints.Iptables)
        {
            var hook = Enum.Parse<NftHook>(point.Chain, ignoreCase: true);
            var priority = point.Table switch
            {
                "raw" => -300,
                "mangle" => -150,
                "nat" => hook is NftHook.Prerouting or NftHook.Output ? -100 : 100,
                "filter" => 0,
                "security" => backend == Backend.Nft ? 150 : 50,
                _ => throw new InvalidOperationException($"The table {point.Table} of iptables has no priority here."),
            };
            yield return new(
                point with { Layer = layer },
                layer == Layer.Iptables ? NftFamily.Ip : NftFamily.Ip6,
                hook,
                priority,
                point.Table == "nat" ? NftChainType.Nat : NftChainType.Filter);
        }
    }
}
