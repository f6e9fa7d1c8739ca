using System.Collections.Immutable;

namespace Hooktrail.Trails;

/// <summary>
/// A setting of the host profile that is on or off, by the name that an administrator knows it by. The command line, features and
/// explanations of a divergence all speak of switches by these names.
/// </summary>
public sealed record Switch(string Name, Func<HostProfile, bool> Read, Func<HostProfile, bool, HostProfile> Write)
{
    /// <summary>The sysctl net.bridge.bridge-nf-call-iptables, or the same of the bridge itself.</summary>
    public static readonly Switch BridgeNfCallIptables = new(
        "bridge-nf-call-iptables",
        profile => profile.BridgeNfCallIptables,
        (profile, on) => profile with { BridgeNfCallIptables = on });

    /// <summary>All of them.</summary>
    public static readonly ImmutableArray<Switch> All =
    [
        BridgeNfCallIptables,
        new("br_netfilter", profile => profile.BrNetfilter, (profile, on) => profile with { BrNetfilter = on }),
        new("ip_forward", profile => profile.IpForward, (profile, on) => profile with { IpForward = on }),
        new("conntrack", profile => profile.Conntrack, (profile, on) => profile with { Conntrack = on }),
        new("broute", profile => profile.Broute, (profile, on) => profile with { Broute = on }),
    ];

    /// <summary>Finds the switch that a user named.</summary>
    /// <exception cref="HooktrailException">There is no such switch.</exception>
    public static Switch Parse(string name) =>
        All.FirstOrDefault(one => one.Name == name)
        ?? throw new HooktrailException(
            $"Unknown switch \"{name}\"; the switches are {string.Join(", ", All.Select(one => one.Name))}.");

    /// <summary>Applies <c>name=0</c> or <c>name=1</c>, as sysctl writes it.</summary>
    /// <exception cref="HooktrailException">There is no such switch, or the value is neither 0 nor 1.</exception>
    public static HostProfile Set(HostProfile profile, string assignment)
    {
        var parts = assignment.Split('=', 2);
        var one = Parse(parts[0]);
        return parts.Length == 2 && parts[1] is "0" or "1"
            ? one.Write(profile, parts[1] == "1")
            : throw new HooktrailException($"\"{assignment}\" does not set a switch; write {one.Name}=0 or {one.Name}=1.");
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
