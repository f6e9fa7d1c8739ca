using Hooktrail.Labs;
using Hooktrail.Namespaces;
using Hooktrail.Rules.Changing;

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
                Rules = plan.Rules.Add(new(Typed(command, iptables, ebtables), "")),
            },
            HostChange.Turn(var one, var on) when Sysctls(plan, one, on) is { IsEmpty: false } sysctls => plan with
            {
                Settings = plan.Settings.AddRange(sysctls),
            },
            _ => throw new CannotChangeException($"A twin cannot have the change {change}."),
        };

    // Each word in quotes: the shell of the twin takes a command as words, whatever is in them.
    private static string Typed(string command, Backend iptables, Backend ebtables)
    {
        var words = RuleCommand.Words(command);
        var tool = words[0] is "iptables" or "ip6tables" or "arptables" or "ebtables"
            ? LabWords.Program(words[0], iptables, ebtables)
            : words[0];
        return string.Join(
            ' ', words.SetItem(0, tool).Select(word => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"));
    }

    private static ImmutableArray<(string Path, string Value)> Sysctls(TwinPlan plan, Switch one, bool on)
    {
        var devices = plan.Topology.Devices.Select(device => device.Name);
        return [.. SwitchSysctls.Of(one, on ? ["all"] : devices.Prepend("all")).Select(path => (path, on ? "1" : "0"))];
    }
}
