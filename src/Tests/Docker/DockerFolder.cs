using System.Security.Cryptography;
using System.Text;

namespace Hooktrail.Tests.Docker;

/// <summary>Stands for <c>~/.docker</c>.</summary>
internal sealed class DockerFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hooktrail-");

    public DockerFolder(string config) => File.WriteAllText(System.IO.Path.Combine(Path, "config.json"), config);

    public string Path => _folder.FullName;

    public void AddContext(string name, string host)
    {
        var meta = _folder.CreateSubdirectory(
            $"contexts/meta/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))}");
        File.WriteAllText(
            System.IO.Path.Combine(meta.FullName, "meta.json"), $$"""{"Endpoints":{"docker":{"Host":"{{host}}"} } }""");
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
