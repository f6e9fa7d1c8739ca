using System.Collections.Immutable;
using Hooktrail.Namespaces;

namespace Hooktrail.Tests.Namespaces;

/// <summary>What there is of a host in the machine: its processes and its namespaces, as /proc has them.</summary>
internal sealed record Traces(ImmutableHashSet<int> Processes, ImmutableHashSet<string> Namespaces)
{
    private static readonly string[] Kinds = ["net", "mnt", "pid", "user"];

    /// <summary>Everything below the one process that was started, and every namespace of those that is not this process's.</summary>
    public static Traces Of(NamespaceHost host)
    {
        var parents = All().ToDictionary(process => process, ParentOf);
        var processes = parents.Keys.Where(process => Ancestors(process).Contains(host.ProcessId)).ToImmutableHashSet();
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
            [.. all.Where(line => int.TryParse(line, out _)).Select(int.Parse)], [.. all.Where(line => line.Contains(":["))]);
    }

    public IEnumerable<string> Lines() => [.. Processes.Select(process => process.ToString()), .. Namespaces];

    /// <summary>What of it is there: processes, also as zombies, and namespaces that anybody is in or holds open.</summary>
    public IReadOnlyList<string> Left() =>
    [
        .. All().Where(Processes.Contains).Select(process => process.ToString()),
        .. All().SelectMany(process => NamespacesOf(process).Concat(HeldBy(process))).Where(Namespaces.Contains).Distinct(),
    ];

    private static IEnumerable<int> All() =>
        Directory.EnumerateDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), out var process) ? process : 0).Where(process => process > 0);

    private static int ParentOf(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1]);
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
