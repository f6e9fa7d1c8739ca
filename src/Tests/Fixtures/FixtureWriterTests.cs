using Gherkin;
using Hooktrail.Fixtures;

namespace Hooktrail.Tests.Fixtures;

/// <summary>The names expected here are those that Reqnroll.NUnit gives.</summary>
[TestFixture]
public sealed class FixtureWriterTests
{
    [TestCase("A neighbour's reply skips iptables nat, because its connection is already known", "ANeighboursReplySkipsIptablesNatBecauseItsConnectionIsAlreadyKnown")]
    [TestCase("It's \"quoted\"", "ItsQuoted")]
    [TestCase("bridge-nf-call-iptables on", "Bridge_Nf_Call_IptablesOn")]
    [TestCase("2 hops... or 3", "_2Hops_Or3")]
    [TestCase("host → container", "HostContainer")]
    [TestCase("Größe: éåñ", "GroBeEan")]
    [TestCase("features", "Features")]
    public void A_title_becomes_an_identifier(string title, string identifier) =>
        Assert.That(Identifier.From(title), Is.EqualTo(identifier));

    [TestCase("features/one.feature", "Hooktrail.Specs.Features")]
    [TestCase("features/to container/one.feature", "Hooktrail.Specs.Features.ToContainer")]
    [TestCase("one.feature", "Hooktrail.Specs")]
    public void The_namespace_follows_the_path(string uri, string expected) =>
        Assert.That(FixtureWriter.Namespace("Hooktrail.Specs", uri), Is.EqualTo(expected));

    [Test]
    public void Tags_become_categories_which_rules_and_rows_inherit()
    {
        string code = Write("""
            @lab
            Feature: f
              @rule
              Rule: r
                @slow
                Scenario: s
                  Given x
                Scenario Outline: o
                  Given <x>
                  @v4 @ping
                  Examples:
                    | x |
                    | 1 |
            """);
        string[] marks = [.. code.Split('\n').Select(line => line.Trim()).Where(line => line.Contains("Category"))];
        Assert.That(marks, Is.EqualTo(new[]
        {
            "[global::NUnit.Framework.Category(\"lab\")]",
            "[global::NUnit.Framework.Category(\"rule\")]",
            "[global::NUnit.Framework.Category(\"slow\")]",
            "[global::NUnit.Framework.Category(\"rule\")]",
            "[global::NUnit.Framework.TestCase(\"1\", \"1\", new string[] { \"v4\", \"ping\" }, Category = \"v4,ping\")]",
        }));
    }

    [Test]
    public void Parameters_of_the_same_name_are_told_apart() =>
        Assert.That(
            Write(
                "Feature: f\n  Scenario Outline: s\n    Given x\n    Examples:\n      | a-b | a.b | → |\n      | 1 | 2 | 3 |"),
            Does.Contain("(string @a_B, string @a_B1, string @_, "));

    [TestCase("Feature: f\n  Scenario:\n    Given x", 2, "must have a title")]
    [TestCase("Feature: f\n  Scenario: s\n    Given x\n  Scenario: s\n    Given x", 4, "'s' too")]
    [TestCase("Feature: f\n  Scenario Outline: s\n    Given x", 2, "no examples")]
    [TestCase("# language: de\nFunktion: f\n  Szenariogrundriss: s\n    Dann x", 3, "no examples")]
    [TestCase("Feature: f\n  Scenario: s\n    Given x\n    Examples:\n    | a |\n    Examples:\n    | b |", 6, "same columns")]
    public void A_feature_that_cannot_become_tests_is_an_error_with_its_place(
        string gherkin, int line, string message) =>
        Assert.That(
            () => Write(gherkin),
            Throws.TypeOf<AstBuilderException>().With.Message.StartsWith($"({line}:").And.Message.Contains(message));

    [Test]
    public void A_file_without_a_feature_becomes_no_fixture() => Assert.That(Write("# to be written"), Is.Empty);

    private static string Write(string gherkin) =>
        FixtureWriter.Write(new FeatureFile("features/to.feature", gherkin), "Hooktrail.Specs", "../to.feature");
}
