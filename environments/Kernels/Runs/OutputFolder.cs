namespace Hooktrail.Kernels.Runs;

/// <summary>Locks a run's folder against other runs; the lock is a file's and ends with the process.</summary>
public static class OutputFolder
{
    /// <summary>Makes the folder if needed, and locks it.</summary>
    /// <exception cref="HooktrailException">The folder cannot be created, or another run has it.</exception>
    public static IDisposable Take(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return new FileStream(
                Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var taken = File.Exists(Path.Combine(folder, ".lock"));
            throw new HooktrailException(
                taken
                    ? $"Another ./specs kernels run writes to {folder}: wait for it, or choose another folder with --out."
                    : $"The folder {folder} cannot be created ({e.Message.TrimEnd('.')}): choose another with --out.",
                e);
        }
    }
}
