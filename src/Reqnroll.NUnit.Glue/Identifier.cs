using System.Text.RegularExpressions;

namespace Hooktrail.Fixtures;

/// <summary>Titles as C# identifiers, the same that Reqnroll's generator makes of them.</summary>
internal static partial class Identifier
{
    // Letters with a Latin substitute, and their substitutes; æ and ø-like exceptions are Reqnroll's own.
    private const string Accented = "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåçèéêëìíîïñòóôõöøùúûüýÿ";
    private const string Plain = "AAAAAACEEEEIIIIDNOOOOOOUUUUYBaaaaaaceeeeiiiinoooooouuuuyy";

    /// <summary>In Pascal case, with letters, digits and underscores only.</summary>
    public static string From(string title)
    {
        string text = title.Replace("'", "").Replace("\"", "");
        text = WordStart().Replace(text, match => match.Groups[1].Value + match.Groups[2].Value.ToUpperInvariant());
        text = Punctuation().Replace(text, "_");
        text = NoIdentifier().Replace(text, "");
        text = string.Concat(text.Select(Substitute));
        if (text == "")
            return text;
        text = char.ToUpperInvariant(text[0]) + text[1..];
        return char.IsDigit(text[0]) ? "_" + text : text;
    }

    public static string CamelCase(string title) =>
        From(title) is { Length: > 0 } text ? char.ToLowerInvariant(text[0]) + text[1..] : "";

    private static string Substitute(char letter) => letter switch
    {
        'Æ' => "AE",
        'æ' => "ae",
        _ => Accented.IndexOf(letter) is >= 0 and var index ? Plain[index].ToString() : letter.ToString(),
    };

    [GeneratedRegex(@"([^\p{Ll}\p{Lu}]+)([\p{Ll}\p{Lu}])")]
    private static partial Regex WordStart();

    [GeneratedRegex(@"[\n.-]+")]
    private static partial Regex Punctuation();

    [GeneratedRegex(@"[^\p{Ll}\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{Nl}\p{Nd}\p{Pc}]")]
    private static partial Regex NoIdentifier();
}
