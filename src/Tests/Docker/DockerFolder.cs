using System.Security.Cryptography;
using System.Text;

namespace Hooktrail.Tests.Docker;

/// <summary>A folder of the docker command's settings, as <c>~/.docker</c> is one.</summary>
internal sealed class DockerFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hooktrail-");

    public DockerFolder(string config) => File.WriteAllText(System.IO.Path.Combine(Path, "config.json"), config);

    public string Path => _folder.FullName;

    /// <summary>Adds a context where the docker command keeps it.</summary>
    public void AddContext(string name, string host)
    {
        var meta = _folder.CreateSubdirectory($"contexts/meta/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))}");
        File.WriteAllText(
            System.IO.Path.Combine(meta.FullName, "meta.json"), $$"""{"Endpoints":{"docker":{"Host":"{{host}}"} } }""");
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
