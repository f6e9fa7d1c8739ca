namespace Hooktrail.Kernels;

/// <summary>
/// The checkout that built this program: the features, their test project, and the notes of <c>./specs</c>.
/// </summary>
public sealed class Checkout
{
    private const string DiskNotes = ".hooktrail/guest-disk-";

    private Checkout(string root) => Root = root;

    public string Root { get; }

    /// <summary>The guests' disk with the programs of a userland, which <c>./specs</c> builds and notes.</summary>
    /// <exception cref="HooktrailException">No such disk has been built.</exception>
    public string GuestDisk(Userland userland) =>
        Path.Combine(Root, DiskNotes + userland.Suite) is var note
        && File.Exists(note)
        && File.ReadAllText(note).Trim() is var disk
        && File.Exists(disk)
            ? disk
            : throw new HooktrailException(
                $"The guests' disk with the programs of {userland} has not been built yet; run ./specs kernels run or boot with --userland {userland} to build it.");

    /// <summary>Searches upwards from this assembly.</summary>
    /// <exception cref="HooktrailException">This program is not in a checkout.</exception>
    public static Checkout Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Specs.sln")))
                return new(folder.FullName);
        throw new HooktrailException(
            $"{AppContext.BaseDirectory} is not in a checkout of Hooktrail, which has the features and the guests; use ./specs in a checkout.");
    }
}
