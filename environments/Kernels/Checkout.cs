namespace Hooktrail.Kernels;

/// <summary>
/// The checkout that built this program: the features, their test project, and the notes of <c>./specs</c>.
/// </summary>
public sealed class Checkout
{
    private const string DiskNote = ".hooktrail/guest-disk";

    private Checkout(string root) => Root = root;

    public string Root { get; }

    /// <summary>The guests' disk, which <c>./specs</c> builds and notes.</summary>
    /// <exception cref="HooktrailException">No disk has been built.</exception>
    public string GuestDisk =>
        Path.Combine(Root, DiskNote) is var note
        && File.Exists(note)
        && File.ReadAllText(note).Trim() is var disk
        && File.Exists(disk)
            ? disk
            : throw new HooktrailException(
                "The guests' disk has not been built yet; run ./specs kernels run or boot to build it.");

    /// <summary>Searches upwards from this assembly.</summary>
    /// <exception cref="HooktrailException">This program is not in a checkout.</exception>
    public static Checkout Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Specs.sln")))
                return new(folder.FullName);
        throw new HooktrailException(
            $"{AppContext.BaseDirectory} is not in a checkout of Hooktrail, so there are no features to run; use ./specs in a checkout.");
    }
}
