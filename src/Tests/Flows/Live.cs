using Hooktrail.Namespaces;

namespace Hooktrail.Tests.Flows;

/// <summary>Namespace labs: skipped where this machine or user can have none, unless they are required.</summary>
internal static class Live
{
    public static async Task<NamespaceLab> StartAsync(NamespaceSetup setup)
    {
        try
        {
            return await NamespaceLab.StartAsync(setup);
        }
        catch (HooktrailException e)
            when (e.Message.Contains("cannot create private namespaces", StringComparison.Ordinal))
        {
            throw Skip.Because(e.Message);
        }
    }
}
