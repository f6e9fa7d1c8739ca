using System.Collections.Immutable;
using Hooktrail.Trails;

namespace Hooktrail.Model.Netfilter;

/// <summary>What a hook function says about a packet; <c>NF_ACCEPT</c>, <c>NF_DROP</c>, <c>NF_STOLEN</c>.</summary>
internal enum NfVerdict
{
    /// <summary>The next function of this hook is asked.</summary>
    Accept,

    /// <summary>The packet's journey ends.</summary>
    Drop,

    /// <summary>The hook function has taken the packet and sends it on its way itself.</summary>
    Stolen,
}

/// <summary>
/// Where a packet goes once every function of a hook has accepted it; the <c>okfn</c> of <c>NF_HOOK</c>.
/// </summary>
internal delegate void OkFunction(Packet packet);

/// <summary>A function that hangs at a hook; <c>nf_hookfn</c>.</summary>
internal delegate NfVerdict HookFunction(Packet packet, in HookState state);

/// <summary>
/// What one traversal of a hook knows, fixed when it starts; <c>struct nf_hook_state</c>.
/// </summary>
/// <param name="Family">Whose hook it is.</param>
/// <param name="Hook">The hook.</param>
/// <param name="In">The device the packet came in by; null where the kernel passes none.</param>
/// <param name="Out">The device it goes out by; null where the kernel passes none.</param>
/// <param name="Okfn">Where it goes after this hook.</param>
internal readonly record struct HookState(Family Family, Hook Hook, string? In, string? Out, OkFunction Okfn);

/// <summary>One function registered at one hook; <c>struct nf_hook_ops</c>.</summary>
/// <param name="Family">The family of the hook.</param>
/// <param name="Hook">The hook.</param>
/// <param name="Priority">Smaller runs earlier.</param>
/// <param name="What">Its name: a hook point for a chain, otherwise the kernel's function.</param>
/// <param name="Function">What it does.</param>
internal sealed record HookRegistration(Family Family, Hook Hook, int Priority, string What, HookFunction Function)
{
    /// <summary>The hook points that a packet crosses there: a chain's own, those of the chains that the NAT core asks, or none.</summary>
    public ImmutableArray<HookPoint> Points { get; init; } = [];

    /// <summary>The device that a function at ingress or egress belongs to; null at the other hooks.</summary>
    public string? Device { get; init; }
}
