using Hooktrail.Text;

namespace Hooktrail.Report.Html;

/// <summary>The files embedded in this assembly.</summary>
internal static class Resources
{
    public static string Text(string name) =>
        Find(name) ?? throw new InvalidOperationException($"{name} is not in the assembly.");

    // The page contains a hash of the text, and a browser reads every line end as LF.
    public static string? Find(string name) =>
        EmbeddedText.Find(typeof(Resources).Assembly, name)?.ReplaceLineEndings("\n");
}
