namespace Hooktrail.Tests.Docker;

/// <summary>Awaits what should fail.</summary>
internal static class Errors
{
    /// <summary>What the task failed with; null where it did not fail.</summary>
    public static async Task<Exception?> OfAsync(Task task)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.Exception?.InnerException;
    }
}
