using Hooktrail.Twins;

namespace Hooktrail.Tests.Twins;

/// <summary>Twins: skipped where this machine or user can have none, unless they are required.</summary>
internal static class LiveTwin
{
    /// <summary>Whether this kernel has CONFIG_BRIDGE_VLAN_FILTERING.</summary>
    public static bool KernelFiltersVlans { get; } = File.ReadLines("/proc/kallsyms")
        .Any(line => line.Contains(" br_allowed_ingress", StringComparison.Ordinal));

    public static async Task<Twin> StartAsync(TwinPlan plan, CancellationToken cancellation)
    {
        try
        {
            return await Twin.StartAsync(plan, cancellation);
        }
        catch (HooktrailException e)
            when (e.Message.Contains("cannot create private namespaces", StringComparison.Ordinal))
        {
            throw Skip.Because(e.Message);
        }
    }
}
