using System.Text;

namespace Hooktrail.Report.Html;

/// <summary>Gives out ids: readable, the same from run to run, and each only once.</summary>
internal sealed class Names
{
    private const int Longest = 48;
    private readonly HashSet<string> _taken = [];

    /// <summary>An id of its own that begins with <paramref name="prefix"/> and says <paramref name="title"/>.</summary>
    public string Take(string prefix, string title)
    {
        var wanted = prefix + Slug(title);
        var id = wanted;
        // A tilde is in no slug, so that a second «request» never is «request 2».
        for (var again = 2; !_taken.Add(id); again++)
            id = $"{wanted}~{again}";
        return id;
    }

    /// <summary>Letters and digits of ASCII in lower case, with a hyphen for whatever is between them.</summary>
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
