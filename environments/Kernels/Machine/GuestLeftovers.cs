using System.Diagnostics;

namespace Hooktrail.Kernels.Machine;

/// <summary>
/// What guests of dead owners left. A guest ends with its owner (<see cref="Lifeline"/>), so one <c>kill -9</c> is not
/// enough to leave a guest running. Unfinished downloads and builds stay too.
/// </summary>
public static class GuestLeftovers
{
    private const string Console = "hooktrail-guest-console-";

    /// <summary>Creates a folder for the console log of a guest that has no other folder.</summary>
    public static string ConsoleFolder() =>
        Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), Console + Owner.Self)).FullName;

    /// <summary>Removes what dead processes left; returns a line for each item.</summary>
    public static ImmutableArray<string> Remove()
    {
        var removed = ImmutableArray.CreateBuilder<string>();
        foreach (var (process, owner) in Guests().Where(guest => !guest.Owner.IsAlive))
            if (Kill(process))
                removed.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"the guest of the ended process {owner.ProcessId} (QEMU, process {process})"));
        foreach (var left in KernelsCache.Existing(Environment.GetEnvironmentVariable)?.Leftovers() ?? [])
            Delete(left, $"{left}, which is incomplete");
        foreach (var left in Directory.EnumerateDirectories(Path.GetTempPath(), Console + "*"))
            if (Owner.Parse(Path.GetFileName(left)[Console.Length..]) is { IsAlive: false })
                Delete(left, left);
        return removed.ToImmutable();

        void Delete(string left, string told)
        {
            try
            {
                if (Directory.Exists(left))
                    Directory.Delete(left, recursive: true);
                else
                    File.Delete(left);
                removed.Add(told);
            }
            catch (UnauthorizedAccessException)
            {
                // It belongs to another user.
            }
        }
    }

    /// <summary>The guests on this machine that this user can see.</summary>
    internal static IEnumerable<(int Process, Owner Owner)> Guests()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                && OwnerOf(CommandLine(folder)) is { } owner)
                yield return (process, owner);
    }

    /// <summary>A guest's owner by the command line of its QEMU; null for a foreign process.</summary>
    internal static Owner? OwnerOf(string[] command) =>
        Path.GetFileName(command.FirstOrDefault("")) == QemuCommand.Program
            && Array.IndexOf(command, "-name") is var at and > 0
            && at + 1 < command.Length
            && command[at + 1].StartsWith(QemuCommand.Marker, StringComparison.Ordinal)
            ? Owner.Parse(command[at + 1][QemuCommand.Marker.Length..])
            : null;

    private static string[] CommandLine(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline")).Split('\0');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // it has ended meanwhile
        }
    }

    private static bool Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
            process.WaitForExit();
            return true;
        }
        catch (Exception e)
            when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false; // it has ended meanwhile, or is another user's
        }
    }
}
