using System.Text.RegularExpressions;
using NUnit.Framework;
using Reqnroll;
using Reqnroll.Offline.Bindings;
using Reqnroll.Offline.Execution;
using Reqnroll.Offline.Features;

namespace Hooktrail.Tests.Offline.Runner;

[TestFixture]
public sealed class OutcomeTests
{
    [Test]
    public async Task An_undefined_step_fails_with_the_code_that_it_needs()
    {
        var played = await Play.FeatureAsync(
            """
            Feature: f
              Scenario: s
                When "client" pings 192.0.2.1/24 3 times in 0.5 s
                  | a |
            """);
        Assert.That(played.Errors.Single(), Is.TypeOf<MissingStepDefinitionException>().With.Message.Contains("""
            [When("{string} pings 192.0.2.1\\/24 {int} times in {decimal} s")]
            public void WhenPings192_0_2_124TimesInS(string p0, int p1, decimal p2, DataTable dataTable)
            {
                throw new PendingStepException();
            }
            """));
    }

    [TestCase("plain words")]
    [TestCase("\"client\" sends 3 packets of 1.5 kB to 'wan'")]
    [TestCase("a/b (or c) costs {x} \\ 5€")]
    [TestCase("192.0.2.1/24 and 2001:db8::1")]
    public void The_suggested_code_fits_its_step(string step)
    {
        var file = FeatureFile.Parse("f.feature", $"Feature: f\n  Scenario: s\n    Given {step}");
        string code = Snippet.For(file.Pickles[0].Steps[0]);
        string expression = Regex.Unescape(Regex.Match(code, "\"(.*)\"").Groups[1].Value);
        var types = ParameterType.BuiltIn.ToDictionary(type => type.Name);
        Assert.That(CucumberExpression.Parse(expression, types).Regex.IsMatch(step), code);
        Assert.That(CucumberExpression.IsLikely(expression));
    }

    [Test]
    public async Task An_ambiguous_step_fails_with_the_candidates()
    {
        var played = await Play.FeatureAsync("Feature: f\n  Scenario: s\n    Given a b", typeof(TwoForOne));
        Assert.That(
            played.Errors.Single(),
            Is.TypeOf<AmbiguousBindingException>().With.Message.Contains("TwoForOne.First()").And.Message.Contains("TwoForOne.Second()"));
    }

    [Test]
    public async Task A_pending_step_fails_and_is_named()
    {
        var played = await Play.FeatureAsync("Feature: f\n  Scenario: s\n    Given pending", typeof(Outcomes));
        Assert.That(played.Errors.Single(), Is.TypeOf<PendingStepException>().With.Message.Contains("Outcomes.Pending()"));
    }

    [TestCase("ignored", typeof(IgnoreException))]
    [TestCase("inconclusive", typeof(InconclusiveException))]
    public async Task NUnits_other_outcomes_pass_through(string step, Type exception)
    {
        var played = await Play.FeatureAsync($"Feature: f\n  Scenario: s\n    Given {step}\n    Given fine", typeof(Outcomes));
        Assert.That(played.Errors.Single(), Is.TypeOf(exception).With.Message.Contains("why"));
        Assert.That(played.Output, Has.Some.EqualTo("-> skipped: why").And.Some.EqualTo("-> skipped because of previous errors"));
    }

    [Test]
    public async Task Steps_are_traced_with_their_outcome()
    {
        var played = await Play.FeatureAsync(
            "Feature: f\n  Scenario: s\n    Given called 3 by \"client\"\n    And failed\n    But fine", typeof(Outcomes));
        Assert.That(string.Join('\n', played.Output), Does.Match("""
            ^Given called 3 by "client"
            -> done: Outcomes\.Called\(3, "client"\) \(0\.\ds\)
            And failed
            -> error: broken \(0\.\ds\)
            But fine
            -> skipped because of previous errors$
            """));
    }

    [Test]
    public async Task A_step_after_a_star_is_of_the_kind_before()
    {
        var played = await Play.FeatureAsync("Feature: f\n  Scenario: s\n    When acted\n    * acted\n    And acted", typeof(Outcomes));
        Assert.That(played.Errors.Single(), Is.Null);
    }

    [Binding]
    internal sealed class TwoForOne
    {
        [Given("a b")]
        public void First()
        {
        }

        [StepDefinition("^a .$")]
        public void Second()
        {
        }
    }

    [Binding]
    internal sealed class Outcomes
    {
        [Given("pending")]
        public void Pending() => throw new PendingStepException();

        [Given("ignored")]
        public void Ignored() => Assert.Ignore("why");

        [Given("inconclusive")]
        public async Task Inconclusive()
        {
            await Task.Yield();
            Assert.Inconclusive("why");
        }

        [Given("called {int} by {string}")]
        public void Called(int count, string who) => Assert.That((count, who), Is.EqualTo((3, "client")));

        [Given("failed")]
        public void Failed() => throw new InvalidOperationException("broken");

        [Given("fine")]
        public void Fine()
        {
        }

        [When("acted")]
        public void Acted()
        {
        }
    }
}
