using System.CommandLine;
using Hooktrail.Labs;
using Hooktrail.Selection;

namespace Hooktrail.Cli.Verbs;

/// <summary>The options that say in which lab, and who watches. What a line does not say, the environment may.</summary>
internal static class LabOptions
{
    /// <summary>Which lab.</summary>
    public static readonly Option<string?> Lab = new("--lab")
    {
        Description = "Which lab: containers of a Docker Engine, or private network namespaces. Otherwise the Engine's, and namespaces where none answers.",
        HelpName = "docker|namespaces",
    };

    /// <summary>Who watches.</summary>
    public static readonly Option<string?> Observer = new("--observer")
    {
        Description = "Who watches: LOG rules and the kernel log, a private nft table and nfnetlink, or both. Otherwise all that the lab has.",
        HelpName = "log|nflog|both",
    };

    /// <summary>The lab that is asked for; null for whichever can be had.</summary>
    /// <exception cref="Trails.HooktrailException">There is no such lab.</exception>
    public static LabKind? Kind(ParseResult line) => line.GetValue(Lab) is { } name ? LabSelection.ParseKind(name) : LabSelection.WantedKind();

    /// <summary>The observers that are asked for; null for all that the lab has.</summary>
    /// <exception cref="Trails.HooktrailException">There are none such.</exception>
    public static Observers? Observers(ParseResult line) =>
        line.GetValue(Observer) is { } name ? LabSelection.ParseObservers(name) : LabSelection.WantedObservers();
}
