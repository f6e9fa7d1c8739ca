using System.Text.RegularExpressions;
using Match = System.Text.RegularExpressions.Match;

namespace Hooktrail.Tests.Cli;

/// <summary>A Markdown file of the checkout; its name is the path from the root.</summary>
internal sealed partial record Document(string Name, string Text)
{
    public static string Root { get; } = Path.GetDirectoryName(Specs.Script)!;

    /// <summary>The names of all, those of folders that a build or a run makes left out.</summary>
    public static IEnumerable<string> Names =>
        from folder in (string[])["", "docs", "features", "environments", "steps"]
        from file in Directory.EnumerateFiles(Path.Combine(Root, folder), "*.md")
        orderby file
        select Path.GetRelativePath(Root, file);

    public static Document Read(string name) => new(name, File.ReadAllText(Path.Combine(Root, name)));

    public IEnumerable<(string Words, string Target, bool IsFigure)> Links =>
        Link().Matches(Text)
            .Select(link => (link.Groups["words"].Value, link.Groups["target"].Value, link.Value[0] == '!'));

    /// <summary>The headings' anchors, as repository hosts make them.</summary>
    public IEnumerable<string> Anchors => Heading().Matches(Block().Replace(Text, "")).Select(heading =>
        string.Concat(heading.Groups["words"].Value.ToLowerInvariant()
            .Where(letter => char.IsLetterOrDigit(letter) || letter is ' ' or '-' or '_'))
            .Replace(' ', '-'));

    /// <summary>The blocks of code, each with its lines.</summary>
    public IEnumerable<(string Language, string[] Lines)> Blocks =>
        Block().Matches(Text)
            .Select(block => (block.Groups["language"].Value, block.Groups["code"].Value.TrimEnd('\n').Split('\n')));

    /// <summary>The lines of blocks that call <c>./specs</c>, continued lines in one, without a prompt.</summary>
    public IReadOnlyList<string> Commands =>
    [
        .. from block in Blocks
           from line in string.Join('\n', block.Lines).Replace("\\\n", " ").Split('\n')
           let command = line.StartsWith("$ ", StringComparison.Ordinal) ? line[2..] : line
           where command.StartsWith("./specs ", StringComparison.Ordinal)
           select command,
    ];

    /// <summary>What the text itself calls a command, outside of blocks; parts may be left out with «…».</summary>
    public IEnumerable<string> Mentions =>
        Code().Matches(Block().Replace(Text, "")).Select(code => code.Groups["code"].Value)
            .Where(code => code.StartsWith("./specs ", StringComparison.Ordinal));

    /// <summary>
    /// The words of each call of <c>./specs</c> in a shell's line: no redirection, no comment, no other command.
    /// </summary>
    public static IEnumerable<string[]> Calls(string line)
    {
        List<List<string>> commands = [[]];
        foreach (Match token in Token().Matches(line))
        {
            if (token.Value[0] == '#')
                break;
            if (token.Value is "&&" or "|" or ";")
                commands.Add([]);
            else if (token.Value[0] is not ('>' or '<'))
                commands[^1].Add(Unquoted(token.Value));
        }
        return from words in commands where words is ["./specs", _, ..] select words.Skip(1).ToArray();
    }

    private static string Unquoted(string word) =>
        word.Replace("\"", "", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal);

    [GeneratedRegex(@"!?\[(?<words>[^\]]*)\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (?<words>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^```(?<language>\w*)\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"`(?<code>[^`\n]+)`")]
    private static partial Regex Code();

    // A redirection takes the file's name along, wherever blanks are.
    [GeneratedRegex("""[<>]{1,2} *\S+|&&|[|;]|#.*|(?:[^\s"'|;<>]|"[^"]*"|'[^']*')+""")]
    private static partial Regex Token();
}
