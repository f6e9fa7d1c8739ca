namespace Hooktrail.Observation.Nflog;

/// <summary>
/// Where in the kernel a hook point is: the base chain of nf_tables that is to stand for it. Smaller priorities run
/// first. Where conntrack does not let a packet into nat chains, a chain of type nat sees nothing either. Only ingress
/// and egress have a device.
/// </summary>
public sealed record NflogPlace(
    HookPoint Point, NftFamily Family, NftHook Hook, int Priority, NftChainType Type = NftChainType.Filter, string? Device = null);

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
/// The types of base chains that can be asked for. Type route is not among them: its chains are crossed where those of
/// type filter are, and reroute what they change, of which the observer does nothing.
/// </summary>
public enum NftChainType
{
    Filter,

    /// <summary>Crossed by the first packet of a connection, and only if something uses conntrack.</summary>
    Nat,
}
