namespace Hooktrail.Report.Html;

/// <summary>The files embedded in this assembly.</summary>
internal static class Resources
{
    public static string Text(string name) => Find(name) ?? throw new InvalidOperationException($"{name} is not in the assembly.");

    /// <summary>Null where there is none.</summary>
    public static string? Find(string name)
    {
        using var stream = typeof(Resources).Assembly.GetManifestResourceStream(name);
        if (stream is null)
            return null;
        using var reader = new StreamReader(stream);
        // A hash is taken of it, and a browser reads every line end as LF.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
