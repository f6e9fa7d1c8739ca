namespace Hooktrail.Docker.Lab;

/// <summary><c>./specs</c> builds it, tags it by its recipe and records it in <c>.hooktrail/image</c>.</summary>
public static class LabImage
{
    private const string RecordedIn = ".hooktrail/image";

    /// <param name="start">A directory in the checkout; null for this assembly's.</param>
    /// <exception cref="HooktrailException">No image is recorded.</exception>
    public static string Reference(string? start = null) =>
        TryReference(start)
        ?? throw new HooktrailException(
            "The Docker lab's image has not been built yet; run ./specs prepare in a checkout of Hooktrail to build it, and use ./specs there, or choose --lab namespaces.");

    /// <summary>Null if no image is recorded.</summary>
    public static string? TryReference(string? start = null)
    {
        for (var folder = new DirectoryInfo(
            start ?? AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, RecordedIn) is var file && File.Exists(file))
                return File.ReadAllText(file).Trim();
        return null;
    }
}
