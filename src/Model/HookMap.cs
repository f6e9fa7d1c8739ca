using Hooktrail.Model.Netfilter;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model;

/// <summary>A host's registrations by the model; what <c>nft list hooks</c> prints where the kernel has it.</summary>
public static class HookMap
{
    /// <summary>By family and hook, in the order in which they run.</summary>
    /// <exception cref="HooktrailException">The profile has a rule that no tool would install.</exception>
    public static ImmutableArray<Registration> Of(HostProfile profile) => Of(new Host(profile));

    internal static ImmutableArray<Registration> Of(Host host) =>
    [
        .. from family in Enum.GetValues<Family>()
           from hook in Enum.GetValues<Hook>()
           from one in host.Hooks.At(family, hook)
           select new Registration(Name(family), Name(hook), one.Priority, one.What)
           {
               Points = one.Points,
               Device = one.Device,
           },
    ];

    internal static string Name(Family family) => family switch
    {
        Family.Bridge => "bridge",
        Family.IPv4 => "ip",
        Family.IPv6 => "ip6",
        Family.Arp => "arp",
        _ => "netdev",
    };

    /// <summary>The hook as nft names it; BROUTING, which nft lacks, likewise.</summary>
    internal static string Name(Hook hook) => hook switch
    {
        Hook.PreRouting => "prerouting",
        Hook.LocalIn => "input",
        Hook.Forward => "forward",
        Hook.LocalOut => "output",
        Hook.PostRouting => "postrouting",
        Hook.Brouting => "brouting",
        Hook.Ingress => "ingress",
        _ => "egress",
    };
}
