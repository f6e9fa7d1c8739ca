using Hooktrail.Hosts;
using Hooktrail.Rules.Changing;

namespace Hooktrail.Questions.Changes;

/// <summary>Does to a user's host what a command would do there.</summary>
public static class HostCommand
{
    /// <param name="host">The host.</param>
    /// <param name="command">
    /// A command of iptables or a relative, of nft, of sysctl, or <c>ip route</c>, with the host's own names.
    /// </param>
    /// <exception cref="HooktrailException">It is no such command, or the tool would refuse it.</exception>
    public static HostProfile Apply(HostProfile host, string command)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries).SkipWhile(word => word == "sudo");
        return words.ToList() switch
        {
            ["sysctl", "-w", var assignment] => Sysctl.Write(host, assignment),
            ["sysctl", var assignment] => Sysctl.Write(host, assignment),
            ["ip", .. var route] => host with
            {
                Topology = new RouteCommand(host.Topology, command).Apply([.. route]),
            },
            [var tool, ..] when LegacyTables.Apply(host.Rules, tool, command) is { } rules => host.WithRules(rules),
            _ => host.WithRules(
                RuleCommand.Apply(host.Rules, command, host.Iptables, host.Ebtables, HostNames.Instance)),
        };
    }

    /// <summary>Adds tables of nft.</summary>
    /// <exception cref="HooktrailException">The text is no such table, or is one of iptables.</exception>
    public static HostProfile AddTables(HostProfile host, string text, string source) => host.WithRules(
        RuleCommand.AddTables(host.Rules, text.Split('\n'), source, HostNames.Instance));
}
