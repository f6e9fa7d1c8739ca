namespace Hooktrail.Report.Html;

/// <summary>The pictures of a report: a map of the stack for each set of registrations, and on it what each leg lights.</summary>
internal sealed class Pictures(Registered registered)
{
    /// <summary>What the pictures need of the style sheet.</summary>
    public const string Style = "";

    private readonly Registered _registered = registered;

    /// <summary>Writes the maps that the pictures lie on; once, before them.</summary>
    public void Definitions(HtmlWriter html, IEnumerable<ShownRun> runs) => _ = (_registered, html, runs);

    /// <summary>Writes a leg's picture.</summary>
    public void Write(HtmlWriter html, ShownLeg leg) => _ = (_registered, html, leg);
}
