using System.Collections.Immutable;
using Hooktrail.Report.Messages;
using Hooktrail.Trails;
using Hooktrail.Trails.Accounts;
using Hooktrail.Trails.Json;

namespace Hooktrail.Report.Html;

/// <summary>What a report is made of.</summary>
/// <param name="Runs">The runs, in the order in which they are shown.</param>
public sealed record ReportInput(ImmutableArray<ReportRun> Runs)
{
    /// <summary>Why the model predicts a leg as it does; null where it cannot say. The report itself knows no model.</summary>
    public Func<HostProfile, Flow, Leg, Account?> Account { get; init; } = (_, _, _) => null;

    /// <summary>Who is registered at the hooks of a host, in the order in which they run; empty where nobody can say.</summary>
    public Func<HostProfile, ImmutableArray<Registration>> Hooks { get; init; } = _ => [];

    /// <summary>Pages of others: behind those of the runs, or the only ones besides the guide where there is no run.</summary>
    internal ImmutableArray<ReportPage> Pages { get; init; } = [];
}

/// <summary>A page that the report has besides its own.</summary>
/// <param name="Id">Its anchor.</param>
/// <param name="Name">What the navigation calls it.</param>
/// <param name="Write">Writes what is in it, its h1 first, with the id of the page and <c>/h</c>. It is given the runs that the report shows.</param>
internal sealed record ReportPage(string Id, string Name, Action<HtmlWriter, IReadOnlyList<ShownRun>> Write);

/// <summary>One run.</summary>
/// <param name="Name">What it is called where there are several: the name of its file.</param>
/// <param name="Trails">Its trails.</param>
/// <param name="Messages">What its features said; null where that was not kept.</param>
public sealed record ReportRun(string Name, TrailsFile Trails, CucumberRun? Messages = null);
