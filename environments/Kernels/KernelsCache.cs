namespace Hooktrail.Kernels;

/// <summary>
/// What all clones of this user share: package lists, kernels, disks. Each item is fetched or built once, in a folder
/// beside its place that is named after the making process, and moved into place when complete.
/// </summary>
public sealed class KernelsCache
{
    public const string Variable = "SPECS_KERNELS_CACHE";

    private const string Making = ".making-";

    private KernelsCache(string path) => Path = path;

    public string Path { get; }

    /// <summary><c>SPECS_KERNELS_CACHE</c>, else <c>hooktrail/kernels</c> in the user's cache folder.</summary>
    /// <exception cref="HooktrailException">The folder cannot be made.</exception>
    public static KernelsCache Open() => Open(Environment.GetEnvironmentVariable);

    internal static KernelsCache Open(Func<string, string?> variable)
    {
        var path = Place(variable);
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HooktrailException(
                $"The kernel cache {path} cannot be created ({e.Message.TrimEnd('.')}): set {Variable} to another folder.",
                e);
        }

        return new(path);
    }

    public static KernelsCache? Existing(Func<string, string?> variable) =>
        Place(variable) is var path && Directory.Exists(path) ? new(path) : null;

    /// <summary>The folder, whether or not it exists.</summary>
    public static string Place(Func<string, string?> variable) => variable(Variable) is { Length: > 0 } set
        ? System.IO.Path.GetFullPath(set)
        : System.IO.Path.Combine(
            variable("XDG_CACHE_HOME") is { Length: > 0 } xdg && System.IO.Path.IsPathRooted(xdg)
                ? xdg
                : System.IO.Path.Combine(variable("HOME") ?? "/", ".cache"),
            "hooktrail/kernels");

    public string this[params ReadOnlySpan<string> parts] => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Creates a missing folder. If two processes create it, the first one's is kept.</summary>
    public async Task<string> FolderAsync(string name, Func<string, Task> make)
    {
        var place = this[name];
        if (Directory.Exists(place))
            return place;
        var making = MakingOf(place);
        Directory.CreateDirectory(making);
        try
        {
            await make(making).ConfigureAwait(false);
            Directory.Move(making, place);
        }
        catch (IOException) when (Directory.Exists(place))
        {
            Directory.Delete(making, recursive: true);
        }
        catch
        {
            Directory.Delete(making, recursive: true);
            throw;
        }

        return place;
    }

    /// <summary>The path where this process makes an item before it moves the item to a place.</summary>
    internal static string MakingOf(string place) => $"{place}{Making}{Owner.Self}";

    /// <summary>Items that processes left unfinished when they ended.</summary>
    public ImmutableArray<string> Leftovers() =>
    [
        .. Directory.EnumerateFileSystemEntries(
            Path, $"*{Making}*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 })
            .Where(entry => Owner.Parse(
                entry[(entry.LastIndexOf(Making, StringComparison.Ordinal) + Making.Length)..]) is { IsAlive: false }),
    ];
}
