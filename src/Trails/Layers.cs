namespace Hooktrail.Trails;

/// <summary>The names of the layers.</summary>
public static class Layers
{
    private static readonly string[] Names = ["ebtables", "iptables", "ip6tables", "arptables", "nftables"];

    /// <summary>The layer's name as features and JSON write it.</summary>
    public static string Name(this Layer layer) => Names[(int)layer];

    /// <summary>Finds the layer that a user named.</summary>
    /// <exception cref="HooktrailException">There is no such layer.</exception>
    public static Layer Parse(string name) =>
        Array.IndexOf(Names, name) is var index and >= 0
            ? (Layer)index
            : throw new HooktrailException($"Unknown layer \"{name}\"; the layers are {string.Join(", ", Names)}.");
}
