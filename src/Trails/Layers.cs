namespace Hooktrail.Trails;

public static class Layers
{
    private static readonly string[] Names = ["ebtables", "iptables", "ip6tables", "arptables", "nftables"];

    public static string Name(this Layer layer) => Names[(int)layer];

    /// <exception cref="HooktrailException">There is no such layer.</exception>
    public static Layer Parse(string name) =>
        Array.IndexOf(Names, name) is var index and >= 0
            ? (Layer)index
            : throw new HooktrailException($"Unknown layer \"{name}\"; the layers are {string.Join(", ", Names)}.");
}
