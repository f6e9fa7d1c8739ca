namespace Hooktrail.Trails;

/// <summary>The kernel interface that holds a family's rules.</summary>
public enum Backend
{
    /// <summary>nf_tables, as the tools ending in <c>-nft</c> use it.</summary>
    Nft,

    /// <summary>The older xtables, as the tools ending in <c>-legacy</c> use it.</summary>
    Legacy,
}

public static class Backends
{
    public static string Name(this Backend backend) => backend == Backend.Nft ? "nft" : "legacy";

    /// <exception cref="HooktrailException">There is no such backend.</exception>
    public static Backend Parse(string name) => name switch
    {
        "nft" => Backend.Nft,
        "legacy" => Backend.Legacy,
        _ => throw new HooktrailException($"Unknown backend \"{name}\"; a backend is nft or legacy."),
    };
}
