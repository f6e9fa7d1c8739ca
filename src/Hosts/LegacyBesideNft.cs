namespace Hooktrail.Hosts;

/// <summary>
/// Tables of iptables-legacy on a host whose iptables uses nft: base chains of tables of other names, <c>ip
/// iptables-legacy-filter</c>, each at the hook where the kernel calls it.
/// </summary>
public static class LegacyBesideNft
{
    public static RuleSet Of(RuleSet legacy) => legacy with { Chains = [.. legacy.Chains.Select(Of)] };

    private static RuleChain Of(RuleChain chain)
    {
        var (layer, table, name) = (chain.Id.Layer, chain.Id.Table, chain.Id.Name);
        var family = layer switch
        {
            Layer.Iptables => NftFamily.Ip,
            Layer.Ip6tables => NftFamily.Ip6,
            Layer.Arptables => NftFamily.Arp,
            _ => NftFamily.Bridge,
        };
        return chain with
        {
            Id = new(
                Layer.Nftables, $"{family.ToString().ToLowerInvariant()} {layer.Name()}-legacy-{table}", name),
            Base = Priority(layer, table, name) is { } priority
                ? new(family, TypeOf(table, name), name.ToLowerInvariant(), priority)
                : null,
        };
    }

    private static string TypeOf(string table, string chain) => (table, chain) switch
    {
        ("nat", _) => "nat",
        ("mangle", "OUTPUT") => "route",
        _ => "filter",
    };

    // include/uapi/linux/netfilter_ipv4.h, enum nf_ip_hook_priorities; null for a user's chain.
    private static int? Priority(Layer layer, string table, string chain) => (table, chain) switch
    {
        ("raw", "PREROUTING" or "OUTPUT") => -300,
        ("mangle", "PREROUTING" or "INPUT" or "FORWARD" or "OUTPUT" or "POSTROUTING") => -150,
        ("nat", "PREROUTING" or "OUTPUT") when layer != Layer.Ebtables => -100,
        ("nat", "INPUT" or "POSTROUTING") when layer != Layer.Ebtables => 100,
        ("filter", "INPUT" or "FORWARD" or "OUTPUT") => 0,
        ("security", "INPUT" or "FORWARD" or "OUTPUT") => 50,
        _ => null,
    };
}
