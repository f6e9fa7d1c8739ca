using System.Globalization;

namespace Hooktrail.Kernels.Runs;

/// <summary>How many guests this machine has room for.</summary>
public static class Room
{
    /// <summary>What a guest takes of this machine's memory, in MiB: its own, QEMU's translations, and the process that runs the features.</summary>
    private const int PerGuest = 2048 + 1024;

    /// <summary>As many as there are processors, and no more than memory allows; at least one.</summary>
    public static int ForGuests() => ForGuests(
        Environment.ProcessorCount, File.ReadLines("/proc/meminfo"), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    /// <summary>The same for any machine.</summary>
    /// <param name="processors">How many it has.</param>
    /// <param name="memory">What its /proc/meminfo says.</param>
    /// <param name="limit">The most that .NET may take, in bytes: of a cgroup, which /proc/meminfo ignores, 3/4.</param>
    internal static int ForGuests(int processors, IEnumerable<string> memory, long limit)
    {
        var available = memory.FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal)) is { } line
            ? long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024
            : 0;
        return (int)Math.Clamp(Math.Min(processors, Math.Min(available, limit >> 20) / PerGuest), 1, 64);
    }
}
