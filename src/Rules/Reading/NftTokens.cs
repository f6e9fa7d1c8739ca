using System.Text;

namespace Hooktrail.Rules.Reading;

/// <summary>A word without its quotes. A quoted word is never a keyword. Lines count from 1.</summary>
internal readonly record struct NftToken(string Text, bool Quoted, int Line)
{
    /// <summary>The handle of the rule that ends with this line, or begins with this word; null for none.</summary>
    public long? Handle { get; init; }

    public bool Is(string keyword) => !Quoted && Text == keyword;

    /// <summary>Whether it is a semicolon or the end of a line.</summary>
    public bool Ends => !Quoted && Text is ";" or "\n";
}

internal static class NftTokens
{
    private const string Signs = "{}(),;|&";

    // As nft -a prints it.
    private const string HandleComment = "# handle ";

    /// <summary>The comment that gives a rule its handle.</summary>
    public static string Comment(long handle) =>
        string.Create(CultureInfo.InvariantCulture, $"{HandleComment}{handle}");

    /// <summary>The end of a line is a word too.</summary>
    public static ImmutableArray<NftToken> Split(IEnumerable<string> lines)
    {
        var tokens = ImmutableArray.CreateBuilder<NftToken>();
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            var word = new StringBuilder();
            long? handle = null;
            for (var at = 0; at < line.Length; at++)
            {
                var one = line[at];
                if (one == '"')
                {
                    End();
                    var close = line.IndexOf('"', at + 1);
                    close = close < 0 ? line.Length : close;
                    tokens.Add(new(line[(at + 1)..close], true, number));
                    at = close;
                }
                else if (one == '#')
                {
                    handle = HandleIn(line[at..]);
                    break;
                }
                else if (char.IsWhiteSpace(one))
                {
                    End();
                }
                else if (Signs.Contains(one))
                {
                    End();
                    tokens.Add(new(one.ToString(), false, number));
                }
                else
                {
                    word.Append(one);
                }
            }

            End();
            tokens.Add(new("\n", false, number) { Handle = handle });

            void End()
            {
                if (word.Length > 0)
                    tokens.Add(new(word.ToString(), false, number));
                word.Clear();
            }
        }

        return tokens.ToImmutable();
    }

    private static long? HandleIn(string comment) =>
        comment.StartsWith(HandleComment, StringComparison.Ordinal)
        && long.TryParse(
            comment[HandleComment.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var handle)
            ? handle
            : null;
}
