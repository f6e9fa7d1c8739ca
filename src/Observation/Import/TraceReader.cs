namespace Hooktrail.Observation.Import;

/// <summary>Reads the lines of one format.</summary>
internal abstract class TraceReader
{
    private const int Shown = 60;

    // Enough to find them; a longer list says no more.
    private const int Named = 5;

    private static readonly HashSet<HookPoint> Points = [.. HookPoints.All];

    private readonly List<int> _cut = [];
    private int _cuts;
    private string? _firstCut;

    public List<TracedHop> Hops { get; } = [];

    /// <summary>The skipped lines and why, one sentence each.</summary>
    public virtual IEnumerable<string> Notes => [];

    /// <summary>The cut or masked lines, the first with its text; null for none.</summary>
    public string? Cut => _cuts < 2
        ? _firstCut
        : $"{_firstCut} and line{(_cuts == 2 ? "" : "s")} {string.Join(", ", _cut.Skip(1))}"
            + (_cuts > _cut.Count ? $" and {_cuts - _cut.Count} more" : "");

    /// <summary>Whether a cut or masked line could not be taken as a crossing.</summary>
    public bool HasUnplaced { get; private set; }

    /// <summary>False if the line does not have this format. Lines count from 1.</summary>
    public abstract bool Take(string line, int number);

    public virtual void End()
    {
    }

    /// <summary>A line in an error or a note.</summary>
    public static string Quote(string line, int number) =>
        $"line {number} (\"{(line.Length <= Shown ? line : line[..Shown] + "…")}\")";

    /// <summary>
    /// Notes a cut or masked line; <paramref name="hop"/> is the crossing that it shows, null for none.
    /// </summary>
    protected bool WasCut(string line, int number, TracedHop? hop = null)
    {
        _firstCut ??= Quote(line, number);
        _cuts++;
        if (_cut.Count <= Named)
            _cut.Add(number);
        if (hop is null)
            HasUnplaced = true;
        else
            hop.IsCut = true;
        return true;
    }

    /// <summary>
    /// A tool's hook point if table and chain have its names; otherwise that of a user's own chain, whose table has the
    /// family before its name.
    /// </summary>
    protected static HookPoint PointOf(string family, string table, string chain)
    {
        Layer? tool = family switch
        {
            "ip" => Layer.Iptables,
            "ip6" => Layer.Ip6tables,
            "bridge" => Layer.Ebtables,
            "arp" => Layer.Arptables,
            _ => null,
        };
        return tool is { } layer && IsBuiltIn(new(layer, table, chain))
            ? new(layer, table, chain)
            : new(Layer.Nftables, $"{family} {table}", chain);
    }

    protected static bool IsBuiltIn(HookPoint point) => Points.Contains(point);
}
