using System.Text;
using System.Text.RegularExpressions;

namespace Reqnroll.Offline.Bindings;

/// <summary>
/// A Cucumber expression as a regular expression: <c>{int}</c>, optional <c>(s)</c>, alternatives <c>cat/dog</c>, and
/// a backslash before <c>( { / \</c>.
/// </summary>
/// <param name="Regex">For the whole text of a step.</param>
/// <param name="Parameters">The parameter types in order, with the number of groups inside each.</param>
internal sealed partial record CucumberExpression(Regex Regex, IReadOnlyList<ParameterType> Parameters)
{
    /// <summary>Whether an expression of unspecified type is a Cucumber expression, as Reqnroll tells them apart.</summary>
    public static bool IsLikely(string expression) =>
        !expression.StartsWith('^') && !expression.EndsWith('$')
        && (Placeholder().IsMatch(expression) || !RegexOnly().IsMatch(expression));

    /// <summary>Reads an expression.</summary>
    /// <exception cref="BindingException">It is malformed or uses an unknown parameter type.</exception>
    public static CucumberExpression Parse(string expression, IReadOnlyDictionary<string, ParameterType> types)
    {
        var parameters = new List<ParameterType>();
        var regex = new StringBuilder("^");
        foreach (string word in SplitAtSpaces(expression))
        {
            var alternatives = new List<string> { "" };
            for (int i = 0; i < word.Length; i++)
            {
                switch (word[i])
                {
                    case '\\' when i + 1 < word.Length:
                        alternatives[^1] += Regex.Escape(word[++i].ToString());
                        break;
                    case '/':
                        alternatives.Add("");
                        break;
                    case '(':
                        int close = End(word, i, ')');
                        alternatives[^1] += $"(?:{Regex.Escape(Unescape(word[(i + 1)..close]))})?";
                        i = close;
                        break;
                    case '{':
                        int end = End(word, i, '}');
                        string name = word[(i + 1)..end];
                        if (!types.TryGetValue(name, out var type))
                            throw new BindingException($"the parameter type {{{name}}} of '{expression}' is unknown");
                        parameters.Add(type);
                        alternatives[^1] += type.Pattern;
                        i = end;
                        break;
                    default:
                        alternatives[^1] += Regex.Escape(word[i].ToString());
                        break;
                }
            }
            regex.Append(alternatives is [var only] ? only : $"(?:{string.Join('|', alternatives)})");
        }
        return new CucumberExpression(new Regex(regex.Append('$').ToString()), parameters);

        int End(string word, int start, char closing)
        {
            for (int i = start + 1; i < word.Length; i++)
            {
                if (word[i] == '\\')
                    i++;
                else if (word[i] == closing)
                    return i;
            }
            throw new BindingException($"'{word[start]}' has no '{closing}' in '{expression}'");
        }
    }

    // Alternatives reach from space to space; spaces inside of () and {} do not count.
    private static IEnumerable<string> SplitAtSpaces(string expression) => Words().Matches(expression).Select(m => m.Value);

    private static string Unescape(string text) => Escaped().Replace(text, "$1");

    [GeneratedRegex(@"\{\w*\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\([^)]+[*+]\)|\.\*|\\\.|\\d\+")]
    private static partial Regex RegexOnly();

    [GeneratedRegex(@"\s+|(?:\\.|\([^)]*\)|\{[^}]*\}|[^\s\\({]|[\\({])+")]
    private static partial Regex Words();

    [GeneratedRegex(@"\\(.)")]
    private static partial Regex Escaped();
}
