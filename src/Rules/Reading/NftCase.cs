namespace Hooktrail.Rules.Reading;

internal sealed record NftCase(string Text, ImmutableArray<Match> Matches)
{
    public NftCase And(NftCase next) => new(
        Text.Length == 0 ? next.Text : next.Text.Length == 0 ? Text : $"{Text} {next.Text}",
        Matches.AddRange(next.Matches.Except(Matches)));
}
