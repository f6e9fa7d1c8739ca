using System.Text;

namespace Hooktrail.Rules.Reading;

internal static class RuleTokens
{
    /// <summary>A quoted text is one word. An open quote ends with the line.</summary>
    public static ImmutableArray<string> Split(string line)
    {
        var tokens = ImmutableArray.CreateBuilder<string>();
        var token = new StringBuilder();
        var (began, quoted) = (false, false);
        for (var at = 0; at < line.Length; at++)
            if (line[at] == '"')
                (began, quoted) = (true, !quoted);
            else if (quoted && line[at] == '\\' && at + 1 < line.Length)
                token.Append(line[++at]);
            else if (quoted || !char.IsWhiteSpace(line[at]))
            {
                began = true;
                token.Append(line[at]);
            }
            else
            {
                End();
            }

        End();
        return tokens.ToImmutable();

        void End()
        {
            if (began)
                tokens.Add(token.ToString());
            token.Clear();
            began = false;
        }
    }

    /// <summary>Adds quotes only where they are needed.</summary>
    public static string Join(IEnumerable<string> tokens) => string.Join(' ', tokens.Select(Quoted));

    private static string Quoted(string token) =>
        token.Length > 0 && !token.Any(one => char.IsWhiteSpace(one) || one is '"' or '\\')
            ? token
            : $"\"{token.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";
}
