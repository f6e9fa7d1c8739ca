using System.Text;

namespace Hooktrail.Report.Html;

/// <summary>Creates ids: readable, stable from run to run, unique.</summary>
internal sealed class Names
{
    private const int Longest = 22;
    private readonly HashSet<string> _taken = [];

    /// <summary>A new id: the prefix, then the words of the title.</summary>
    public string Take(string prefix, string title)
    {
        var wanted = prefix + Slug(title);
        var id = wanted;
        // No slug contains a tilde, so a second «request» never equals «request 2».
        for (var again = 2; !_taken.Add(id); again++)
            id = $"{wanted}~{again}";
        return id;
    }

    /// <summary>ASCII letters and digits in lower case, with hyphens for anything else.</summary>
    public static string Slug(string title)
    {
        var slug = new StringBuilder(Longest);
        foreach (var letter in title)
        {
            if (slug.Length == Longest)
                break;
            if (char.IsAsciiLetterOrDigit(letter))
                slug.Append(char.ToLowerInvariant(letter));
            else if (slug.Length > 0 && slug[^1] != '-' && letter != '\'')
                slug.Append('-');
        }
        return slug.ToString().TrimEnd('-') is { Length: > 0 } name ? name : "untitled";
    }
}
