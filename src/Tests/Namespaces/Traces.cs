using Hooktrail.Namespaces;

namespace Hooktrail.Tests.Namespaces;

/// <summary>What a host leaves in the machine: its processes and its namespaces, by /proc.</summary>
internal sealed record Traces(ImmutableHashSet<int> Processes, ImmutableHashSet<string> Namespaces)
{
    private static readonly string[] Kinds = ["net", "mnt", "pid", "user"];

    private long? _asked;

    /// <summary>All processes below the host's first one, and their namespaces that are not this process's.</summary>
    public static Traces Of(NamespaceHost host) => Below(host.ProcessId);

    /// <summary>Of all that this process started: talkers and readers are beside the host's own processes.</summary>
    public static Traces OfAll() => Below(Environment.ProcessId) is var all
        ? all with { Processes = all.Processes.Remove(Environment.ProcessId) }
        : all;

    private static Traces Below(int root)
    {
        var parents = All().ToDictionary(process => process, ParentOf);
        var processes = parents.Keys.Where(process => Ancestors(process).Contains(root)).ToImmutableHashSet();
        var own = NamespacesOf(Environment.ProcessId).ToHashSet();
        return new Traces(processes, [.. processes.SelectMany(NamespacesOf).Where(name => !own.Contains(name))]);

        IEnumerable<int> Ancestors(int process)
        {
            for (; process != 0; process = parents.GetValueOrDefault(process))
                yield return process;
        }
    }

    public static Traces Parse(IEnumerable<string> lines)
    {
        var all = lines.ToList();
        return new Traces(
            [.. all.Where(line => int.TryParse(line, out _)).Select(int.Parse)],
            [.. all.Where(line => line.Contains(":["))]);
    }

    public IEnumerable<string> Lines() => [.. Processes.Select(process => process.ToString()), .. Namespaces];

    /// <summary>
    /// What is still there: processes, also as zombies, and namespaces that a process is in or holds open. The kernel
    /// reuses a namespace's number, so a process started after the first call has another one of the same number.
    /// </summary>
    public IReadOnlyList<string> Left()
    {
        var all = All().Select(process => (Process: process, Start: StartOf(process))).ToList();
        _asked ??= all.Max(one => one.Start);
        var old = all.Where(one => one.Start <= _asked).Select(one => one.Process).ToList();
        return
        [
            .. old.Where(Processes.Contains).Select(process => process.ToString()),
            .. old.SelectMany(process => NamespacesOf(process).Concat(HeldBy(process)))
                .Where(Namespaces.Contains)
                .Distinct(),
        ];
    }

    private static IEnumerable<int> All() =>
        Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), out var process) ? process : 0)
            .Where(process => process > 0);

    private static int ParentOf(int process) => (int)Stat(process, 4);

    private static long StartOf(int process) => Stat(process, 22);

    // By its number in proc(5), from 4 on; 0 of a process that has ended.
    private static long Stat(int process, int field)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return long.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[field - 3]);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static IEnumerable<string> NamespacesOf(int process) =>
        Kinds.Select(kind => LinkOf($"/proc/{process}/ns/{kind}")).OfType<string>();

    private static IEnumerable<string> HeldBy(int process)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Select(LinkOf).OfType<string>()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string? LinkOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
