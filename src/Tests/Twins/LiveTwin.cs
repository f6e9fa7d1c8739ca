using Hooktrail.Trails.Topologies;
using Hooktrail.Twins;

namespace Hooktrail.Tests.Twins;

/// <summary>Twins: skipped where this machine or user can have none, unless they are required.</summary>
internal static class LiveTwin
{
    /// <summary>Whether this kernel has CONFIG_BRIDGE_VLAN_FILTERING.</summary>
    public static bool KernelFiltersVlans { get; } = File.ReadLines("/proc/kallsyms")
        .Any(line => line.Contains(" br_allowed_ingress", StringComparison.Ordinal));

    private static readonly Lazy<Task<string?>> Lack = new(LackAsync);

    public static Task<Twin> StartAsync(TwinPlan plan, CancellationToken cancellation) =>
        OfAsync(() => Twin.StartAsync(plan, cancellation));

    public static async Task<T> OfAsync<T>(Func<Task<T>> start)
    {
        try
        {
            return await start();
        }
        catch (HooktrailException e) when (IsOfMachine(e))
        {
            throw Skip.Because(e.Message);
        }
    }

    /// <summary>Skips what needs a twin where there can be none.</summary>
    public static async Task NeedAsync()
    {
        if (await Lack.Value is { } lack)
            throw Skip.Because(lack);
    }

    private static async Task<string?> LackAsync()
    {
        var empty = new Topology { Devices = [new("lo", DeviceKind.Loopback)] };
        try
        {
            await using var twin = await Twin.StartAsync(new(empty));
            return null;
        }
        catch (HooktrailException e) when (IsOfMachine(e))
        {
            return e.Message;
        }
    }

    private static bool IsOfMachine(HooktrailException e) =>
        e.Message.Contains("cannot create private namespaces", StringComparison.Ordinal);
}
