using Hooktrail.Twins;

namespace Hooktrail.Tests.Twins;

/// <summary>Twins: skipped where this machine or user can have none, unless they are required.</summary>
internal static class LiveTwin
{
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
