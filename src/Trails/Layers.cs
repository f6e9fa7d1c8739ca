namespace Hooktrail.Trails;

public static class Layers
{
    private static readonly string[] Names = ["ebtables", "iptables", "ip6tables", "arptables", "nftables"];

    public static string Name(this Layer layer) => Names[(int)layer];

    /// <summary>The family of the tool's tables in nft; for nftables itself that is part of a table's name.</summary>
    public static string Family(this Layer layer) => layer switch
    {
        Layer.Iptables => "ip",
        Layer.Ip6tables => "ip6",
        Layer.Arptables => "arp",
        Layer.Ebtables => "bridge",
        _ => throw new ArgumentOutOfRangeException(nameof(layer), layer, "A table of nftables has its own family."),
    };

    /// <exception cref="HooktrailException">There is no such layer.</exception>
    public static Layer Parse(string name) =>
        Array.IndexOf(Names, name) is var index and >= 0
            ? (Layer)index
            : throw new HooktrailException($"Unknown layer \"{name}\"; the layers are {string.Join(", ", Names)}.");
}
