namespace Hooktrail.Model.Netfilter;

/// <summary>A hook function's verdict; <c>NF_ACCEPT</c>, <c>NF_DROP</c>, <c>NF_STOLEN</c>.</summary>
internal enum NfVerdict
{
    Accept,

    Drop,

    /// <summary>The hook function has taken the packet and sends it on its way itself.</summary>
    Stolen,
}

/// <summary>Takes a packet that every function of a hook has accepted; the <c>okfn</c> of <c>NF_HOOK</c>.</summary>
internal delegate void OkFunction(Packet packet);

/// <summary><c>nf_hookfn</c>.</summary>
internal delegate NfVerdict HookFunction(Packet packet, in HookState state);

/// <summary>
/// What one traversal of a hook knows, fixed when it starts; <c>struct nf_hook_state</c>. A device is null where the
/// kernel passes none.
/// </summary>
internal readonly record struct HookState(Family Family, Hook Hook, string? In, string? Out, OkFunction Okfn);

/// <summary>
/// One function registered at one hook; <c>struct nf_hook_ops</c>. Smaller priorities run earlier;
/// <paramref name="What"/> is a chain's hook point, or the kernel's function.
/// </summary>
internal sealed record HookRegistration(Family Family, Hook Hook, int Priority, string What, HookFunction Function)
{
    /// <summary>The hook points crossed there: a chain's own, those of the NAT core's chains, or none.</summary>
    public ImmutableArray<HookPoint> Points { get; init; } = [];

    /// <summary>The device of a function at ingress or egress; null at the other hooks.</summary>
    public string? Device { get; init; }

    /// <summary>
    /// The step of <see cref="RegistrationOrder"/> in which it was registered; null if that order does not name it.
    /// </summary>
    public int? Step { get; init; }
}
