namespace Hooktrail.Model.Netfilter;

/// <summary>Carries a packet through the functions of one hook; linux/netfilter.h and net/netfilter/core.c.</summary>
internal static class Nf
{
    /// <summary>
    /// <c>NF_HOOK</c>: asks every function of the hook in turn, and then <paramref name="okfn"/> takes the packet. An
    /// ACCEPT ends only the function that gave it; anything else ends the traversal.
    /// </summary>
    public static void Hook(Family family, Hook hook, Packet packet, string? @in, string? @out, OkFunction okfn) =>
        Run(packet, new HookState(family, hook, @in, @out, okfn), from: 0);

    /// <summary>
    /// The ingress or egress hook of a device: only what is registered for that device is asked
    /// (<c>nf_hook_ingress</c>, <c>nf_hook_egress</c>).
    /// </summary>
    public static void DeviceHook(Hook hook, Packet packet, string device, OkFunction okfn)
    {
        packet.Passage.Traverse();
        var (@in, @out) = hook == Netfilter.Hook.Ingress ? (device, (string?)null) : (null, device);
        var state = new HookState(Family.Netdev, hook, @in, @out, okfn);
        Ask(packet.Host.Hooks.At(hook, device), from: 0, packet, in state);
    }

    /// <summary>
    /// <c>br_nf_hook_thresh</c>: runs the rest of a bridge hook after br_netfilter took the packet out of it. It skips
    /// functions at br_netfilter's own priority, except those behind <c>br_nf_pre_routing</c> on kernels with
    /// <see cref="KernelTrait.ResumesBehindBrNetfilter"/>.
    /// </summary>
    public static void RestOfBridgeHook(Hook hook, Packet packet, string? @in, string? @out, OkFunction okfn)
    {
        var entries = packet.Host.Hooks.At(Family.Bridge, hook);
        var next = 0;
        while (next < entries.Length && entries[next].Priority <= BridgePriority.BrNetfilter)
            if (entries[next++].What == BrNetfilter.PreRoutingName && packet.Host.Traits.ResumesBehindBrNetfilter)
                break;

        Run(packet, new HookState(Family.Bridge, hook, @in, @out, okfn), next);
    }

    /// <summary><c>nf_hook_slow</c>.</summary>
    private static void Run(Packet packet, in HookState state, int from)
    {
        packet.Passage.Traverse();
        if (from == 0)
            packet.Journal?.Call(in state);
        Ask(packet.Host.Hooks.At(state.Family, state.Hook), from, packet, in state);
    }

    private static void Ask(ImmutableArray<HookRegistration> entries, int from, Packet packet, in HookState state)
    {
        UnknownOrder? chosen = null;
        for (var next = from; next < entries.Length; next++)
        {
            var entry = entries[next];
            if (packet.Host.Hooks.Undecided(entry, packet, in state) is { } unknown && unknown != chosen)
            {
                entries = [.. entries[..next], .. Orders.Choose(
                    entries[next..], unknown.Includes, one => one.What, PointOf(unknown, packet), packet)];
                (chosen, entry) = (unknown, entries[next]);
            }

            if (entry.Function(packet, in state) != NfVerdict.Accept)
                return;
        }

        state.Okfn(packet);
    }

    private static HookPoint PointOf(UnknownOrder unknown, Packet packet) =>
        packet.Passage.Last ?? unknown.Among.SelectMany(one => one.Points).First();
}
