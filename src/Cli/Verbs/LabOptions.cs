using System.CommandLine;
using Hooktrail.Labs;
using Hooktrail.Selection;

namespace Hooktrail.Cli.Verbs;

/// <summary>The options for lab and observers. The environment provides the defaults.</summary>
internal static class LabOptions
{
    public static readonly Option<string?> Lab = new("--lab")
    {
        Description =
            "The lab: containers on a Docker Engine, or private network namespaces; default: docker, or namespaces if no Engine answers.",
        HelpName = "docker|namespaces",
    };

    public static readonly Option<string?> Observer = new("--observer")
    {
        Description =
            "The observers, several with commas: LOG rules and the kernel log, a separate nft table and nfnetlink_log, or both of these; the kernel's trace, which tells the rules, besides nflog; or all. Default: log and nflog, as far as the lab has them.",
        HelpName = "log|nflog|trace|both|all",
    };

    /// <summary>Null for any lab.</summary>
    /// <exception cref="Trails.HooktrailException">There is no such lab.</exception>
    public static LabKind? Kind(ParseResult line) =>
        line.GetValue(Lab) is { } name ? LabSelection.ParseKind(name) : LabSelection.WantedKind();

    /// <summary>Null for the lab's usual observers.</summary>
    /// <exception cref="Trails.HooktrailException">There is no such observer.</exception>
    public static Observers? Observers(ParseResult line) =>
        line.GetValue(Observer) is { } name ? LabSelection.ParseObservers(name) : LabSelection.WantedObservers();
}
