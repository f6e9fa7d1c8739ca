namespace Hooktrail.Tests.Cli;

/// <summary>Dispose deletes the folder.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hooktrail-");

    public string Name => _folder.FullName;

    /// <summary>Returns the file's path.</summary>
    public string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
