using Hooktrail.Twins;

namespace Hooktrail.Tests.Twins;

/// <summary>Twins: skipped where this machine or user can have none, unless they are required.</summary>
internal static class LiveTwin
{
    public static Task<Twin> StartAsync(TwinPlan plan, CancellationToken cancellation) =>
        OfAsync(() => Twin.StartAsync(plan, cancellation));

    public static async Task<T> OfAsync<T>(Func<Task<T>> start)
    {
        try
        {
            return await start();
        }
        catch (HooktrailException e)
            when (e.Message.Contains("cannot create private namespaces", StringComparison.Ordinal))
        {
            throw Skip.Because(e.Message);
        }
    }
}
