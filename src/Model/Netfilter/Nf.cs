namespace Hooktrail.Model.Netfilter;

/// <summary>Carries a packet through the functions of one hook; linux/netfilter.h and net/netfilter/core.c.</summary>
internal static class Nf
{
    /// <summary>
    /// <c>NF_HOOK</c>: every function of the hook is asked in turn, and then <paramref name="okfn"/> takes the packet.
    /// An ACCEPT ends only the function that said it; anything else ends the traversal.
    /// </summary>
    public static void Hook(Family family, Hook hook, Packet packet, string? @in, string? @out, OkFunction okfn) =>
        Iterate(packet, family, hook, new HookState(@in, @out, okfn), above: null);

    /// <summary>
    /// <c>br_nf_hook_thresh</c> of br_netfilter: the rest of a bridge hook after br_netfilter took the packet out of
    /// it, from the first function above <paramref name="priority"/> on. (From 5.x on the kernel also resumes among
    /// functions at that very priority; no table of the tools lies there.)
    /// </summary>
    public static void HookAbove(
        int priority, Family family, Hook hook, Packet packet, string? @in, string? @out, OkFunction okfn) =>
        Iterate(packet, family, hook, new HookState(@in, @out, okfn), above: priority);

    /// <summary><c>nf_hook_slow</c>.</summary>
    private static void Iterate(Packet packet, Family family, Hook hook, in HookState state, int? above)
    {
        foreach (var entry in packet.Host.Hooks.At(family, hook))
        {
            // False for all where nothing was run before.
            if (entry.Priority <= above)
                continue;
            if (entry.Function(packet, in state) != NfVerdict.Accept)
                return;
        }

        state.Okfn(packet);
    }
}
