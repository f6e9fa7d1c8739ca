using System.Text;

namespace Hooktrail.Rules.Known;

/// <summary>docs/matches.md, made of the tables that the readers use.</summary>
public static class KnownWordsPage
{
    public static string Markdown()
    {
        var page = new StringBuilder(
            """
            # Matches and targets

            What a prediction makes of each match and target of a rule set. This page is made of the readers' own tables in
            [src/Rules/Known](../src/Rules/Known); a test reads every example of them, and compares this page.

            - **modelled**: the model decides as the kernel does.
            - **without effect**: no packet takes another way because of it.
            - **both ways**: the answer depends on what no rule shows, so the packet's way is predicted with and without it. Where both ways
              are the same, nothing is lost.
            - **ends the prediction**: what the packet does next is not known, and the leg is not predicted from there on.

            What cannot be read at all counts as unknown, never as a rule without matches: a match is both ways, and a target ends the
            prediction.

            """);
        Write(page, "iptables, ip6tables, arptables: matches", XtablesWords.Matches);
        Write(page, "iptables, ip6tables, arptables: targets", XtablesWords.Targets);
        Write(page, "ebtables: matches", EbtablesWords.Matches);
        Write(page, "ebtables: targets", EbtablesWords.Targets);
        Write(page, "nft: expressions", NftWords.Matches);
        Write(page, "nft: statements", NftWords.Statements);
        return page.ToString();
    }

    private static void Write(StringBuilder page, string title, ImmutableArray<KnownWord> words)
    {
        page.Append(
            CultureInfo.InvariantCulture, $"\n## {title}\n\n| in a rule | how far | what it means |\n|---|---|---|\n");
        foreach (var word in words)
            page.Append(
                CultureInfo.InvariantCulture,
                $"| {Escaped(word.Name)} | {Said(word.Knowledge)} | {Escaped(word.Meaning)} |\n");
    }

    private static string Escaped(string text) => text
        .Replace("|", "\\|", StringComparison.Ordinal)
        .Replace("*", "\\*", StringComparison.Ordinal)
        .Replace("_", "\\_", StringComparison.Ordinal);

    private static string Said(Knowledge knowledge) => knowledge switch
    {
        Knowledge.Modelled => "modelled",
        Knowledge.WithoutEffect => "without effect",
        Knowledge.BothWays => "both ways",
        _ => "ends the prediction",
    };
}
