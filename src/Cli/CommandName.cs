using System.Text.RegularExpressions;

namespace Hooktrail.Cli;

/// <summary>What a user types: <c>./specs</c> in a checkout, else <c>hooktrail</c>, the installed tool.</summary>
internal static partial class CommandName
{
    private const string Script = "./specs";

    public static string Typed { get; } = IsInCheckout() ? Script : "hooktrail";

    /// <summary>Without its folder.</summary>
    public static string Short => Typed == Script ? "specs" : Typed;

    /// <summary>A text whose commands are those that the user can type.</summary>
    public static string In(string text) => Typed == Script ? text : OfBoth().Replace(text, Typed);

    private static bool IsInCheckout()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Specs.sln")))
                return true;
        return false;
    }

    // Other verbs need the checkout, so their sentences name the script.
    [GeneratedRegex(@"\./specs(?= (?:predict|observe|explain|import|summary|report|figures|compare|baseline|snapshot|host|check|reach|doctor)\b)")]
    private static partial Regex OfBoth();
}
