namespace Hooktrail.Tests.Browser;

internal static class Scratch
{
    private static readonly List<DirectoryInfo> Made = [];

    public static DirectoryInfo Folder()
    {
        var folder = Directory.CreateTempSubdirectory("hooktrail-browser-");
        Made.Add(folder);
        return folder;
    }

    public static void Remove()
    {
        foreach (var folder in Made)
            folder.Delete(recursive: true);
        Made.Clear();
    }
}
