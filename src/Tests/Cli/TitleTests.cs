namespace Hooktrail.Tests.Cli;

/// <summary>A list of failures shows titles only, so each stands for itself.</summary>
public sealed class TitleTests
{
    private static readonly ImmutableArray<string> Titles =
    [
        .. from file in Directory.GetFiles(
            Path.Combine(Document.Root, "features"), "*.feature", SearchOption.AllDirectories)
           from line in File.ReadLines(file)
           where line.TrimStart().StartsWith("Scenario", StringComparison.Ordinal)
           select line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim(),
    ];

    [Test]
    public void No_two_scenarios_have_one_title() => Assert.That(Titles, Is.Unique.And.Not.Empty);

    [Test]
    public void A_title_has_at_most_90_characters() => Assert.That(Titles.Where(title => title.Length > 90), Is.Empty);

    // Such a title needs the feature or the rule above it.
    [Test]
    public void No_title_begins_in_the_middle_of_a_story() =>
        Assert.That(
            Titles.Where(title => title.Split(' ')[0] is "It" or "Its" or "So" or "And" or "But" or "Then"), Is.Empty);
}
