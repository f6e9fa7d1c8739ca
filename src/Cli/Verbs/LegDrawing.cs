using Hooktrail.Model;
using Hooktrail.Report.Picture;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Cli.Verbs;

/// <summary>Draws a predicted leg in its host's stack, for every verb that predicts.</summary>
internal static class LegDrawing
{
    /// <summary>A picture as a file of its own.</summary>
    public const string Svg = "svg";

    /// <summary>A flowchart for Markdown.</summary>
    public const string Mermaid = "mermaid";

    /// <param name="format"><see cref="Svg"/> or <see cref="Mermaid"/>; any other is a picture for a terminal.</param>
    /// <param name="profile">The host.</param>
    /// <param name="flow">The flow.</param>
    /// <param name="leg">The leg of the flow.</param>
    /// <param name="trail">Its trail; of several ways, what they have in common.</param>
    /// <param name="account">Why it took that way.</param>
    public static string Of(string format, HostProfile profile, Flow flow, Leg leg, Trail trail, Account account)
    {
        var lit = new LitLeg(flow, leg, trail, null, account);
        var map = StackMap.Of(HookMap.Of(profile), lit.Plane, trail.Hops.Select(hop => hop.Point));
        return format switch
        {
            Svg => PictureSvg.Standalone(map, lit),
            Mermaid => PictureMermaid.Of(map, lit),
            _ => PictureText.Of(map, lit),
        };
    }
}
