using System.Collections.Concurrent;
using Hooktrail.Namespaces;

namespace Hooktrail.Tests.Flows.Kernel;

/// <summary>
/// Labs that serve one test after the other: a lab starts with dozens of processes, and many tests only add a table or
/// a rule for a while. A lab whose test failed, or that is not as it was, ends with its test.
/// </summary>
[SetUpFixture]
public sealed class LentLabs
{
    private static readonly ConcurrentDictionary<NamespaceSetup, ConcurrentBag<NamespaceLab>> Idle = [];

    /// <summary>Disposing the result gives the lab back.</summary>
    internal static async Task<KernelLab> BorrowAsync(NamespaceSetup setup)
    {
        var idle = Idle.GetOrAdd(setup, _ => []);
        var lab = idle.TryTake(out var back) ? back : await KernelLab.WithoutRedirectsAsync(setup);
        return new KernelLab(lab) { GiveBack = () => idle.Add(lab) };
    }

    [OneTimeTearDown]
    public static async Task EndAsync()
    {
        foreach (var lab in Idle.Values.SelectMany(labs => labs))
            await lab.DisposeAsync();
    }
}
