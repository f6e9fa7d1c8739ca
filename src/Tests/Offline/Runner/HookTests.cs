using NUnit.Framework;
using Reqnroll;
using Reqnroll.Offline.Bindings;

namespace Hooktrail.Tests.Offline.Runner;

[TestFixture]
public sealed class HookTests
{
    private const string Feature = """
        @net
        Feature: f
          @slow
          Scenario: s
            Given a step
        """;

    [Test]
    public async Task Hooks_run_around_what_they_are_for()
    {
        var played = await Play.FeatureAsync(Feature, typeof(EachHook));
        Assert.That(EachHook.Log, Is.EqualTo(new[]
        {
            "before run", "before feature", "before scenario", "before step", "step",
            "after step", "after scenario", "after feature", "after run",
        }));
        Assert.That(played.Errors, Is.All.Null);
    }

    [Test]
    public async Task Lower_orders_run_first()
    {
        var played = await Play.FeatureAsync(Feature, typeof(OrderedHooks));
        Assert.That(played.Output.Where(line => line.StartsWith("hook")), Is.EqualTo(new[] { "hook 1", "hook 2", "hook 10000" }));
    }

    [Test]
    public async Task A_hook_with_tags_runs_where_one_of_them_is_present_or_inherited()
    {
        var played = await Play.FeatureAsync(Feature, typeof(TaggedHooks));
        Assert.That(
            played.Output.Where(line => line.StartsWith("hook")),
            Is.EqualTo(new[] { "hook none", "hook net", "hook fast or slow" }));
    }

    [Test]
    public async Task The_hooks_behind_one_that_failed_do_not_run_but_those_after_the_scenario_do()
    {
        var played = await Play.FeatureAsync(Feature, typeof(FailingHook));
        Assert.That(played.Errors.Single(), Has.Message.EqualTo("broken"));
        Assert.That(played.Output, Has.None.EqualTo("not reached").And.Some.EqualTo("cleaned up after broken"));
        Assert.That(played.Output, Has.Some.EqualTo("-> skipped because of previous errors"));
    }

    [Test]
    public async Task A_failed_hook_before_the_feature_fails_its_scenarios()
    {
        var played = await Play.FeatureAsync(Feature, typeof(FailingFeatureHook));
        Assert.That(played.Errors.Single(), Has.Message.Contain("no lab"));
    }

    [Test]
    public async Task Failures_of_the_scenario_and_after_it_are_both_told()
    {
        var played = await Play.FeatureAsync(Feature, typeof(FailingStepAndHook));
        Assert.That(played.Errors.Single(), Has.Message.Contain("step broke").And.Message.Contain("hook broke"));
    }

    [Test]
    public async Task A_hook_around_steps_sees_the_step_and_its_error()
    {
        var played = await Play.FeatureAsync(Feature, typeof(StepHooks));
        Assert.That(played.Output, Has.Some.EqualTo("before a step").And.Some.EqualTo("after a step: broken (TestError)"));
    }

    [Test]
    public void A_hook_around_the_run_must_be_static() =>
        Assert.That(
            new BindingRegistry([typeof(InstanceRunHook)]).Validate,
            Throws.TypeOf<BindingException>().With.Message.Contains("InstanceRunHook.Before(): a BeforeTestRun hook must be static"));

    [Binding]
    internal sealed class EachHook
    {
        public static List<string> Log { get; } = [];

        [BeforeTestRun]
        public static void BeforeRun() => Log.Add("before run");

        [AfterTestRun]
        public static void AfterRun() => Log.Add("after run");

        [BeforeFeature]
        public static void BeforeFeature() => Log.Add("before feature");

        [AfterFeature]
        public static void AfterFeature() => Log.Add("after feature");

        [BeforeScenario]
        public void BeforeScenario() => Log.Add("before scenario");

        [AfterScenario]
        public void AfterScenario() => Log.Add("after scenario");

        [BeforeStep]
        public void BeforeStep() => Log.Add("before step");

        [AfterStep]
        public void AfterStep() => Log.Add("after step");

        [Given("a step")]
        public void Step() => Log.Add("step");
    }

    [Binding]
    internal sealed class OrderedHooks(IReqnrollOutputHelper output)
    {
        [BeforeScenario]
        public void Unordered() => output.WriteLine("hook {0}", HookAttribute.DefaultOrder);

        [BeforeScenario(Order = 2)]
        public void Second() => output.WriteLine("hook 2");

        [BeforeScenario(Order = 1)]
        public void First() => output.WriteLine("hook 1");
    }

    [Binding]
    internal sealed class TaggedHooks(IReqnrollOutputHelper output)
    {
        [BeforeScenario]
        public void None() => output.WriteLine("hook none");

        [BeforeScenario("@net")]
        public void Inherited() => output.WriteLine("hook net");

        [BeforeScenario("fast", "slow")]
        public void Either() => output.WriteLine("hook fast or slow");

        [BeforeScenario("fast")]
        public void Other() => output.WriteLine("hook fast");
    }

    [Binding]
    internal sealed class FailingHook(IReqnrollOutputHelper output, ScenarioContext context)
    {
        [BeforeScenario(Order = 1)]
        public void Broken() => throw new InvalidOperationException("broken");

        [BeforeScenario(Order = 2)]
        public void NotReached() => output.WriteLine("not reached");

        [Given("a step")]
        public void Step() => output.WriteLine("not reached");

        [AfterScenario]
        public void CleanUp() => output.WriteLine($"cleaned up after {context.TestError.Message}");
    }

    [Binding]
    internal static class FailingFeatureHook
    {
        [BeforeFeature]
        public static void Broken() => throw new InvalidOperationException("no lab");
    }

    [Binding]
    internal sealed class FailingStepAndHook
    {
        [Given("a step")]
        public void Step() => throw new InvalidOperationException("step broke");

        [AfterScenario]
        public void CleanUp() => throw new InvalidOperationException("hook broke");
    }

    [Binding]
    internal sealed class StepHooks(ScenarioContext context, IReqnrollOutputHelper output)
    {
        [BeforeStep]
        public void Before() => output.WriteLine($"before {context.StepContext.StepInfo.Text}");

        [Given("a step")]
        public void Step() => throw new InvalidOperationException("broken");

        [AfterStep]
        public void After() => output.WriteLine(
            $"after {context.StepContext.StepInfo.Text}: {context.StepContext.StepError.Message} ({context.StepContext.Status})");
    }

    [Binding]
    internal sealed class InstanceRunHook
    {
        [BeforeTestRun]
        public void Before()
        {
        }
    }
}
