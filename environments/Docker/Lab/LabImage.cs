using Hooktrail.Trails;

namespace Hooktrail.Docker.Lab;

/// <summary>
/// The image of every container of the lab. <c>./specs</c> builds it, tags it by the content of its recipe and leaves the
/// reference in <c>.hooktrail/image</c> at the top of the checkout.
/// </summary>
public static class LabImage
{
    private const string RecordedIn = ".hooktrail/image";

    /// <summary>The reference that <c>./specs</c> recorded for the checkout that <paramref name="start"/> is in.</summary>
    /// <param name="start">A directory in the checkout; null begins where this assembly is.</param>
    /// <exception cref="HooktrailException">None is recorded.</exception>
    public static string Reference(string? start = null) =>
        TryReference(start)
        ?? throw new HooktrailException("The lab's image has not been built yet; run ./specs run once, it prepares this machine.");

    /// <summary>The same, or null where none is recorded.</summary>
    public static string? TryReference(string? start = null)
    {
        for (var folder = new DirectoryInfo(start ?? AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, RecordedIn) is var file && File.Exists(file))
                return File.ReadAllText(file).Trim();
        return null;
    }
}
