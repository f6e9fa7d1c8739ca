using Hooktrail.Namespaces;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Twins;

/// <summary>A switch that a twin turns when its rules are loaded.</summary>
public static class TurnedSwitch
{
    /// <exception cref="HooktrailException">The switch is no sysctl of a network namespace.</exception>
    public static LoadedRules Of(Topology topology, Switch one, bool on)
    {
        var devices = topology.Devices.Select(device => device.Name);
        var sysctls = SwitchSysctls.Of(one, on ? ["all"] : devices.Prepend("all"));
        return sysctls.IsEmpty
            ? throw new HooktrailException($"A twin cannot turn {one}.")
            : new("bash -e", string.Join('\n', sysctls.Select(path => SetupScripts.Set(path, on ? "1" : "0"))));
    }
}
