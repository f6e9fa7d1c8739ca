using NUnit.Framework;
using Reqnroll.Offline.Features;
using Reqnroll.Offline.Generation;

namespace Hooktrail.Tests.Offline.Runner;

/// <summary>The names expected here are those that Reqnroll 3.3's generator gives.</summary>
[TestFixture]
public sealed class FixtureWriterTests
{
    [TestCase("The reply skips nat, because its connection is already known", "TheReplySkipsNatBecauseItsConnectionIsAlreadyKnown")]
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
    public void The_namespace_follows_the_link(string uri, string expected) =>
        Assert.That(FixtureWriter.Namespace("Hooktrail.Specs", uri), Is.EqualTo(expected));

    [Test]
    public void Feature_scenarios_rows_and_tags_become_fixture_tests_cases_and_categories()
    {
        string code = Write("""
            @lab
            Feature: To the "WAN"
              @slow
              Scenario: It leaves
                Given x
              @rule
              Rule: r
                @ignore
                Scenario: Not now
                  Given x
                Scenario Outline: By <protocol>
                  Given <protocol>
                  @v4 @ping
                  Examples:
                    | protocol | to port |
                    | ic\\mp   | 1       |
                  @Ignore
                  Examples: others
                    | protocol | to port |
                    | tcp      | 2       |
            """);
        Assert.That(code, Does.Contain("namespace Hooktrail.Specs.Features\n")
            .And.Contain("public partial class ToTheWANFeature")
            .And.Contain("""Description("To the \"WAN\"")""")
            .And.Contain("""Category("lab")""")
            .And.Contain("""Category("slow")""")
            .And.Contain("ItLeaves() => feature.RunAsync(\"0\")")
            .And.Contain("""Ignore("Ignored scenario")""")
            .And.Contain("NotNow() => feature.RunAsync(\"1\")")
            .And.Contain("""TestCase("ic\\mp", "1", "2", new string[] { "v4", "ping" }, Category = "v4,ping")""")
            .And.Contain("""TestCase("tcp", "2", "3", null, IgnoreReason = "Ignored by @ignore tag")""")
            .And.Contain("ByProtocol(string @protocol, string @toPort, string __pickleIndex, string[] exampleTags)"));
        Assert.That(code.Split("Category(\"rule\")"), Has.Length.EqualTo(3), "once for each scenario of the rule");
    }

    [Test]
    public void Parameters_of_the_same_name_are_told_apart() =>
        Assert.That(
            Write("Feature: f\n  Scenario Outline: s\n    Given x\n    Examples:\n      | a-b | a.b | → |\n      | 1 | 2 | 3 |"),
            Does.Contain("(string @a_B, string @a_B1, string @_, "));

    [TestCase("Feature: f\n  Scenario:\n    Given x", 2, "must have a title")]
    [TestCase("Feature: f\n  Scenario: s\n    Given x\n  Scenario: s\n    Given x", 4, "'s' too")]
    [TestCase("Feature: f\n  Scenario Outline: s\n    Given x", 2, "no examples")]
    [TestCase("Feature: f\n  Scenario: s\n    Given x\n    Examples:\n    | a |\n    Examples:\n    | b |", 6, "same columns")]
    public void A_feature_from_which_no_tests_can_be_made_is_an_error_with_its_place(string gherkin, int line, string message) =>
        Assert.That(
            () => Write(gherkin),
            Throws.TypeOf<FeatureException>().With.Message.Contains(message).And.Property("Location").Property("Line").EqualTo(line));

    [Test]
    public void A_syntax_error_is_told_as_an_error_of_the_build_with_its_place()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        string feature = Path.Combine(folder, "bad.feature");
        string list = Path.Combine(folder, "list");
        File.WriteAllText(feature, "Feature: bad\n  Scenario: s\n    Given x\n  nonsense\n");
        File.WriteAllText(list, $"{feature}|features/bad.feature|{feature}.cs\n");
        var console = Console.Out;
        using var output = new StringWriter();
        try
        {
            Console.SetOut(output);
            object? exitCode = typeof(FixtureWriter).Assembly.EntryPoint!.Invoke(null, [new[] { "Hooktrail.Specs", list }]);
            Assert.That(exitCode, Is.EqualTo(1));
            Assert.That(output.ToString(), Does.StartWith($"{feature}(4,3): error GHERKIN: expected: "));
        }
        finally
        {
            Console.SetOut(console);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Write(string gherkin) =>
        FixtureWriter.Write(FeatureFile.Parse("features/to.feature", gherkin), "Hooktrail.Specs");
}
