using Hooktrail.Namespaces;
using Hooktrail.Trails;

namespace Hooktrail.Tests.Flows;

/// <summary>Namespace labs for tests: skipped where this machine or this user can have none, unless it has to.</summary>
internal static class Live
{
    public static async Task<NamespaceLab> StartAsync(NamespaceSetup setup)
    {
        try
        {
            return await NamespaceLab.StartAsync(setup);
        }
        catch (HooktrailException e) when (e.Message.Contains("cannot have private namespaces", StringComparison.Ordinal))
        {
            throw Skip.Because(e.Message);
        }
    }
}
