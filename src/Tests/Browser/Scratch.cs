namespace Hooktrail.Tests.Browser;

/// <summary>Folders for the files that these tests make, which go with them.</summary>
internal static class Scratch
{
    private static readonly List<DirectoryInfo> Made = [];

    /// <summary>A new one, empty.</summary>
    public static DirectoryInfo Folder()
    {
        var folder = Directory.CreateTempSubdirectory("hooktrail-browser-");
        Made.Add(folder);
        return folder;
    }

    /// <summary>Removes all of them.</summary>
    public static void Remove()
    {
        foreach (var folder in Made)
            folder.Delete(recursive: true);
        Made.Clear();
    }
}
