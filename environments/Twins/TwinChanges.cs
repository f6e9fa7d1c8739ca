using Hooktrail.Labs;
using Hooktrail.Namespaces;

namespace Hooktrail.Twins;

/// <summary>Changes of the host that a twin is built from: the twin has them from its beginning.</summary>
public static class TwinChanges
{
    /// <param name="plan">The plan of the host.</param>
    /// <param name="change">A rule or a switch, with the host's own names.</param>
    /// <param name="iptables">The backend of the host's iptables.</param>
    /// <param name="ebtables">The backend of its ebtables.</param>
    /// <exception cref="CannotChangeException">A twin cannot have this change.</exception>
    public static TwinPlan With(this TwinPlan plan, HostChange change, Backend iptables, Backend ebtables) =>
        change switch
        {
            HostChange.Rule(var command) => plan with
            {
                Rules = plan.Rules.Add(new("bash -e", ByBackend(command, iptables, ebtables))),
            },
            HostChange.Turn(var one, var on) when Sysctls(plan, one, on) is { IsEmpty: false } sysctls => plan with
            {
                Settings = plan.Settings.AddRange(sysctls),
            },
            _ => throw new CannotChangeException($"A twin cannot have the change {change}."),
        };

    private static string ByBackend(string command, Backend iptables, Backend ebtables)
    {
        var tool = command.Split(' ')[0];
        return tool is "iptables" or "ip6tables" or "arptables" or "ebtables"
            ? LabWords.Program(tool, iptables, ebtables) + command[tool.Length..]
            : command;
    }

    private static ImmutableArray<(string Path, string Value)> Sysctls(TwinPlan plan, Switch one, bool on)
    {
        var devices = plan.Topology.Devices.Select(device => device.Name);
        return [.. SwitchSysctls.Of(one, on ? ["all"] : devices.Prepend("all")).Select(path => (path, on ? "1" : "0"))];
    }
}
