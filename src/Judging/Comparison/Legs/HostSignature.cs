namespace Hooktrail.Judging.Comparison.Legs;

/// <summary>
/// The settings of a host that an administrator decides: its switches, but not the kernel's release, the backends, or
/// values that follow from these and from the rules.
/// </summary>
internal static class HostSignature
{
    private static readonly HashSet<string> Following =
        ["broute", "br_netfilter", "conntrack", "conntrack6", "userland-proxy-pktinfo"];

    /// <summary>Equal for hosts with the same decisions.</summary>
    public static string Of(HostProfile host) =>
        string.Join(
            ' ', Switch.All.Where(one => !Following.Contains(one.Name)).Select(one => one.Read(host) ? '1' : '0'));
}
