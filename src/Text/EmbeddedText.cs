using System.Reflection;

namespace Hooktrail.Text;

/// <summary>A text file that an assembly brings along, such as a script.</summary>
public static class EmbeddedText
{
    public static string Of(Assembly assembly, string name) =>
        Find(assembly, name) ?? throw new InvalidOperationException($"{name} is not in {assembly.GetName().Name}.");

    public static string? Find(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name);
        return stream is null ? null : new StreamReader(stream).ReadToEnd();
    }
}
