namespace Hooktrail.Observation.Nflog;

/// <summary>
/// The place of a hook point in the kernel: the base chain of nf_tables that stands for it. Smaller priorities run
/// first. If conntrack does not let a packet into nat chains, a chain of type nat does not see it either. Only ingress
/// and egress have a device.
/// </summary>
public sealed record NflogPlace(
    HookPoint Point, NftFamily Family, NftHook Hook, int Priority,
    NftChainType Type = NftChainType.Filter, string? Device = null);

/// <summary>The hooks of nf_tables; written in lower case.</summary>
public enum NftHook
{
    Prerouting,

    Input,

    Forward,

    Output,

    Postrouting,

    Ingress,

    Egress,
}

/// <summary>
/// The types of base chains that can be requested. Type route is left out: packets cross its chains where they cross
/// those of type filter, and it only reroutes changed packets, and the observer changes none.
/// </summary>
public enum NftChainType
{
    Filter,

    /// <summary>Crossed by the first packet of a connection, and only if something uses conntrack.</summary>
    Nat,
}
