using System.Text.RegularExpressions;
using Hooktrail.Records;

namespace Hooktrail.Judging.Comparison.Baselines;

/// <summary>A folder of baselines, one file for each host, which can be committed. The folder need not exist.</summary>
public sealed partial record BaselineFolder(string Path)
{
    /// <summary>The default folder, relative to the current one.</summary>
    public const string Usual = "baselines";

    private const string Extension = ".json";

    /// <summary>The folder that an option names, else that of SPECS_BASELINES, else <see cref="Usual"/>.</summary>
    /// <exception cref="HooktrailException">It is a file.</exception>
    public static BaselineFolder Named(string? said)
    {
        var path = said
            ?? (Environment.GetEnvironmentVariable("SPECS_BASELINES") is { Length: > 0 } variable ? variable : Usual);
        return File.Exists(path)
            ? throw new HooktrailException(
                $"\"{path}\" is a file, but baselines are in a folder; name one with --dir, or in SPECS_BASELINES.")
            : new(path);
    }

    public ImmutableArray<string> Names => Directory.Exists(Path)
        ? [
            .. Directory.EnumerateFiles(Path, "*" + Extension)
                .Select(file => System.IO.Path.GetFileNameWithoutExtension(file))
                .Where(IsName)
                .Order(StringComparer.Ordinal)
        ]
        : [];

    /// <summary>The file of a baseline, whether or not it exists.</summary>
    /// <exception cref="HooktrailException">The name is not valid.</exception>
    public string FileOf(string name) => IsName(name)
        ? System.IO.Path.Combine(Path, name + Extension)
        : throw new HooktrailException(
            $"\"{name}\" is not a valid baseline name; use letters, digits, dots, hyphens and underscores, at most 100, beginning with a letter or a digit.");

    /// <summary>Whether a name is valid: safe as a file name everywhere.</summary>
    public static bool IsName(string text) => Name().IsMatch(text);

    /// <summary>Writes a baseline completely or not at all.</summary>
    /// <exception cref="HooktrailException">The name is bad or taken, or the file cannot be written.</exception>
    public string Save(string name, TrailsFile run, bool replace)
    {
        var file = FileOf(name);
        var baseline = BaselineForm.Of(run);
        if (baseline.Legs.All(leg => leg.Observed is null))
            throw new HooktrailException(
                $"There is no observed trail to save as \"{name}\"; name a trails.json from a run, observe --json or conform.");
        if (!replace && File.Exists(file))
            throw new HooktrailException(
                $"The baseline \"{name}\" already exists: {file}; choose another name, or replace it with --force.");
        // Written beside the file first, so that a run that is killed leaves the old file unchanged.
        var beside = System.IO.Path.Combine(Path, $".{name}.{Environment.ProcessId}.new");
        try
        {
            Directory.CreateDirectory(Path);
            using (var stream = File.Create(beside))
                BaselineForm.Write(stream, baseline);
            File.Move(beside, file, overwrite: true);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            File.Delete(beside);
            throw new HooktrailException(
                $"The baseline cannot be written to \"{file}\": {wrong.Message.TrimEnd('.')}; choose another folder with --dir.",
                wrong);
        }

        return file;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z")]
    private static partial Regex Name();
}
