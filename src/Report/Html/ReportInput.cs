using Hooktrail.Records;
using Hooktrail.Report.Messages;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Report.Html;

public sealed record ReportInput(ImmutableArray<ReportRun> Runs)
{
    /// <summary>The model's reasons for a leg; null if it has none. The report itself has no model.</summary>
    public Func<HostProfile, LegRecord, Account?> Account { get; init; } = (_, _) => null;

    /// <summary>A host's registrations, in the order in which they run; empty if unknown.</summary>
    public Func<HostProfile, ImmutableArray<Registration>> Hooks { get; init; } = _ => [];

    /// <summary>Additional pages, after those of the runs and before the guide.</summary>
    internal ImmutableArray<ReportPage> Pages { get; init; } = [];
}

/// <summary>An additional page of the report.</summary>
/// <remarks>It begins with an h1 whose id is the page's id with <c>/h</c>.</remarks>
internal sealed record ReportPage(string Id, string Name, Action<HtmlWriter, PageParts> Write)
{
    /// <summary>The legs that the page shows, for their pictures.</summary>
    public ImmutableArray<ShownLeg> Legs { get; init; } = [];
}

/// <summary>What an additional page may use of the report.</summary>
/// <param name="Runs">Its runs.</param>
/// <param name="Legs">Writes a leg.</param>
internal sealed record PageParts(IReadOnlyList<ShownRun> Runs, LegSection Legs);

/// <summary>The name is that of its file; messages are null if the run kept none.</summary>
public sealed record ReportRun(string Name, TrailsFile Trails, CucumberRun? Messages = null);
