namespace Hooktrail.Kernels.Runs;

public static class Room
{
    /// <summary>
    /// The memory for one guest in MiB: its own, QEMU's translations, and the process that runs the features.
    /// </summary>
    private const int PerGuest = 2048 + 1024;

    /// <summary>One guest for each processor, as far as memory allows; at least one.</summary>
    public static int ForGuests() => ForGuests(
        Environment.ProcessorCount, File.ReadLines("/proc/meminfo"), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    /// <remarks>
    /// Memory is the content of /proc/meminfo. The limit is .NET's maximum in bytes: 3/4 of the cgroup's
    /// limit, which /proc/meminfo ignores.
    /// </remarks>
    internal static int ForGuests(int processors, IEnumerable<string> memory, long limit)
    {
        var available = memory.FirstOrDefault(
            line => line.StartsWith("MemAvailable:", StringComparison.Ordinal)) is { } line
            ? long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024
            : 0;
        return (int)Math.Clamp(Math.Min(processors, Math.Min(available, limit >> 20) / PerGuest), 1, 64);
    }
}
