using Hooktrail.Model.Netfilter;
using Hooktrail.Trails;

namespace Hooktrail.Model;

/// <summary>
/// What a host profile makes of the kernel: who hangs at which hook. Immutable, so one serves any number of packets.
/// </summary>
internal sealed class Host
{
    private static readonly HookPoint MasqueradePoint = HookPoints.Parse("iptables", "nat", "POSTROUTING");

    /// <summary>Builds the hook table of a profile.</summary>
    /// <exception cref="HooktrailException">The profile has a rule that no tool would install.</exception>
    public Host(HostProfile profile)
    {
        foreach (var rule in profile.Rules)
            Check(rule);
        Profile = profile;
        Traits = KernelTraits.For(profile.Kernel);
        // The order in which they come to be: the first bridge brings br_netfilter in, then the tables are touched.
        Hooks = new HookTable(
        [
            .. BrNetfilter.Registrations(profile, Traits),
            .. Conntrack.Registrations(profile),
            .. EbtablesTables.Registrations(profile, Traits),
            .. IptablesTables.Registrations(profile),
        ]);
    }

    /// <summary>The profile.</summary>
    public HostProfile Profile { get; }

    /// <summary>What its kernel's version decides.</summary>
    public KernelTraits Traits { get; }

    /// <summary>Who hangs at which hook.</summary>
    public HookTable Hooks { get; }

    private static void Check(Rule rule)
    {
        if (!HookPoints.Ebtables.Contains(rule.At) && !HookPoints.Iptables.Contains(rule.At))
            throw new HooktrailException(
                $"The rule \"{rule}\" is at {rule.At}, which the model does not have;"
                + " put it at a hook point of ebtables or iptables.");
        if (rule.Verdict == Verdict.Masquerade && rule.At != MasqueradePoint)
            throw new HooktrailException(
                $"The rule \"{rule}\" is at {rule.At}, but MASQUERADE works only at {MasqueradePoint}; put it there.");
    }
}
