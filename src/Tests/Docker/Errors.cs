namespace Hooktrail.Tests.Docker;

internal static class Errors
{
    /// <summary>Null where the task did not fail.</summary>
    public static async Task<Exception?> OfAsync(Task task)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.Exception?.InnerException;
    }
}
