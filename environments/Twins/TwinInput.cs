using System.Text.RegularExpressions;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Twins;

/// <summary>
/// What a plan may put into the scripts of a twin. A snapshot may come from another person, and the scripts run with the
/// rights of the user: no name may be more than a name, no path may leave the sysctls, and no rule may run a program.
/// </summary>
internal static partial class TwinInput
{
    /// <exception cref="HooktrailException">A part is not what it says it is.</exception>
    public static void Check(TwinPlan plan)
    {
        // Without the right to enter a container, a snapshot has only what the engine told of it.
        if (plan.Topology.Containers.FirstOrDefault(one => one.Attachments.Any(at => at.Device == "")) is { } unread)
            throw new HooktrailException(
                $"A twin needs the devices and routes of the container {unread.Name}, which the snapshot lacks; take the snapshot as root with ./specs snapshot.");
        foreach (var name in Names(plan.Topology).OfType<string>())
            Check("name", name, Name().IsMatch(name));
        foreach (var mac in Macs(plan.Topology).OfType<string>())
            Check("MAC address", mac, Mac().IsMatch(mac));
        foreach (var (path, value) in plan.Settings)
        {
            Check("sysctl", path, SysctlPath().IsMatch(path) && !path.Split('/').Any(part => part is "." or ".."));
            Check("value of a sysctl", value, SysctlValue().IsMatch(value));
        }

        foreach (var rules in plan.Rules)
            foreach (var line in rules.Text.Split('\n', '\r'))
                Check("rule", line, !RunsOrReads().IsMatch(line));
    }

    private static IEnumerable<string?> Names(Topology topology) =>
    [
        .. topology.Devices.SelectMany(one => new[] { one.Name, one.Master, one.Parent }),
        .. topology.Routes.SelectMany(Names), .. topology.Rules.SelectMany(Names), .. topology.Rules6.SelectMany(Names),
        .. topology.Neighbours.Select(one => one.Device), .. topology.Proxies.Select(one => one.Device),
        .. topology.Forwarding.Select(one => one.Port),
        .. from container in topology.Containers
           from name in (IEnumerable<string?>)
           [
               .. container.Attachments.SelectMany(at => new[] { at.Device, at.Port }),
               .. container.Routes.SelectMany(Names), .. container.Rules.SelectMany(Names),
               .. container.Rules6.SelectMany(Names),
           ]
           select name,
    ];

    private static IEnumerable<string?> Names(Route route) => route.NextHops.Select(hop => hop.Device).Append(route.Table);

    private static IEnumerable<string?> Names(PolicyRule rule) => [rule.In, rule.Out, rule.Table];

    private static IEnumerable<string?> Macs(Topology topology) =>
        topology.Devices.Select(one => one.Mac)
            .Concat(topology.Containers.SelectMany(one => one.Attachments).Select(at => at.Mac))
            .Concat(topology.Neighbours.Select(one => one.Mac))
            .Concat(topology.Forwarding.Select(one => one.Mac));

    private static void Check(string what, string text, bool isPlain)
    {
        if (!isPlain)
            throw new HooktrailException(
                $"\"{text}\" is no {what} that a twin can have; take the snapshot anew with ./specs snapshot.");
    }

    // The kernel allows more (net/core/dev.c, dev_valid_name); what ip and a shell take as one word is enough.
    [GeneratedRegex(@"^[A-Za-z0-9_.@:+=~/][A-Za-z0-9_.@:+=~/-]{0,63}\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"^[0-9A-Fa-f:]{1,64}\z")]
    private static partial Regex Mac();

    // Those that a network namespace has for itself. Some of net/ipv4 are the machine's, as tcp_mem is
    // (net/ipv4/sysctl_net_ipv4.c, ipv4_table).
    [GeneratedRegex("""
        ^net/(ipv[46]/(conf|neigh)/[A-Za-z0-9_.@:+=~-]{1,64}/[a-z0-9_]{1,64}|ipv6/bindv6only|bridge/bridge-nf-[a-z0-9-]{1,64}
        |ipv4/(ip_forward|ip_nonlocal_bind|ip_local_port_range|fwmark_reflect|tcp_fwmark_accept|fib_multipath_hash_policy))\z
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex SysctlPath();

    [GeneratedRegex(@"^[0-9A-Za-z \t-]{0,200}\z")]
    private static partial Regex SysctlValue();

    // --modprobe names a program that tools of the iptables family run, and getopt takes each beginning of it, and -M
    // behind other letters; include names a file that nft reads.
    [GeneratedRegex("""(^|[\s"'])(-[A-Za-z0-9]*M|--mo(d(p\w*)?)?(=|\s|"|'|$))|^\s*include\b""")]
    private static partial Regex RunsOrReads();
}
