using NUnit.Framework;
using Reqnroll;
using Reqnroll.BoDi;

namespace Hooktrail.Tests.Offline.Runner;

[TestFixture]
public sealed class InjectionTests
{
    [Test]
    public async Task Objects_live_as_long_as_the_scenario_feature_or_run_they_belong_to()
    {
        var played = await Play.FeatureAsync(
            """
            Feature: f
              Scenario: one
                Given a visit
              Scenario: two
                Given a visit
                Given a visit
            """,
            typeof(Visits));
        Assert.That(played.Errors, Is.All.Null);
        Assert.That(played.Output.Where(line => line.StartsWith("visit")), Is.EqualTo(new[]
        {
            "visit scenario 1 feature 1 run 1", "visit scenario 1 feature 2 run 2", "visit scenario 2 feature 3 run 3",
        }));
        Assert.That(Visits.Disposed, Is.EqualTo(2));
    }

    [Test]
    public void What_was_resolved_cannot_be_registered_any_more()
    {
        using var container = new ObjectContainer();
        container.Resolve<Counter>();
        Assert.That(() => container.RegisterInstanceAs(new Counter()), Throws.TypeOf<ObjectContainerException>());
    }

    [Test]
    public void A_type_that_cannot_be_had_is_named_with_who_wanted_it()
    {
        using var container = new ObjectContainer();
        Assert.That(
            container.Resolve<NeedsInterface>,
            Throws.TypeOf<ObjectContainerException>().With.Message.Contains("IFormattable").And.Message.Contains("NeedsInterface"));
    }

    [Test]
    public void A_circle_of_dependencies_is_an_error()
    {
        using var container = new ObjectContainer();
        Assert.That(container.Resolve<Egg>, Throws.TypeOf<ObjectContainerException>().With.Message.Contains("depends on itself"));
    }

    [Test]
    public void Registered_instances_are_disposed_only_on_request()
    {
        var kept = new Counter();
        var owned = new Counter();
        using (var inner = new ObjectContainer())
            inner.RegisterInstanceAs(kept);
        using (var inner = new ObjectContainer())
            inner.RegisterInstanceAs(owned, dispose: true);
        Assert.That((kept.IsDisposed, owned.IsDisposed), Is.EqualTo((false, true)));
    }

    [Test]
    public async Task The_context_tells_titles_tags_and_examples()
    {
        var played = await Play.FeatureAsync(
            """
            @a
            Feature: The feature
              @b
              Rule: The rule
                @c
                Scenario Outline: The <what>
                  Given the context
                  @d
                  Examples:
                    | what  |
                    | title |
            """,
            typeof(Contexts));
        Assert.That(played.Errors, Is.All.Null);
        Assert.That(played.Output[1], Is.EqualTo("The feature [a] The rule [b] The <what> [c,d] [c,d,a,b] title OK"));
    }

    internal sealed class Counter : IDisposable
    {
        public int Value { get; set; }

        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    internal sealed class ScenarioCounter : IDisposable
    {
        public int Value { get; set; }

        public void Dispose() => Visits.Disposed++;
    }

    internal sealed record FeatureCounter
    {
        public int Value { get; set; }
    }

    internal sealed class NeedsInterface(IFormattable formattable)
    {
        public override string ToString() => $"{formattable}";
    }

    internal sealed class Egg(Hen hen)
    {
        public override string ToString() => $"{hen}";
    }

    internal sealed class Hen(Egg egg)
    {
        public override string ToString() => $"{egg}";
    }

    [Binding]
    internal sealed class Visits(ScenarioCounter own, FeatureCounter feature, Counter run, IReqnrollOutputHelper output)
    {
        public static int Disposed { get; set; }

        [BeforeTestRun]
        public static void BeforeRun(IObjectContainer container) => container.RegisterInstanceAs(new Counter());

        [BeforeFeature]
        public static void BeforeFeature(FeatureContext context, Counter run)
        {
            context.FeatureContainer.RegisterInstanceAs(new FeatureCounter());
            Assert.That(run.Value, Is.Zero);
        }

        [Given("a visit")]
        public void Visit() => output.WriteLine($"visit scenario {++own.Value} feature {++feature.Value} run {++run.Value}");
    }

    [Binding]
    internal sealed class Contexts(FeatureContext feature, ScenarioContext scenario, IReqnrollOutputHelper output)
    {
        [Given("the context")]
        public void Context()
        {
            var info = scenario.ScenarioInfo;
            output.WriteLine(
                $"{feature.FeatureInfo.Title} [{string.Join(',', feature.FeatureInfo.Tags)}] "
                + $"{scenario.RuleInfo.Title} [{string.Join(',', scenario.RuleInfo.Tags)}] "
                + $"{info.Title} [{string.Join(',', info.Tags)}] [{string.Join(',', info.CombinedTags)}] "
                + $"{info.Arguments["what"]} {scenario.ScenarioExecutionStatus}");
        }
    }
}
