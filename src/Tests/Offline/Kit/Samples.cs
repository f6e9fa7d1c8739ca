using NUnit.Framework;
using Reqnroll;

// What the kit's step definitions do, in C#. Hooks state their order where the kit runs them in reverse.
namespace Hooktrail.Tests.Offline.Kit;

/// <summary>The files of the sample that runs.</summary>
internal sealed record SampleFolder(string Path)
{
    /// <summary>A file of the sample.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);
}

[Binding]
internal sealed class AllStatuses
{
    [Given("^a step$")]
    public void Step()
    {
    }

    [Given("^a failing step$")]
    public void Failing() => throw new InvalidOperationException("whoops");

    [Given("^a pending step$")]
    public void Pending() => throw new PendingStepException();

    [Given("^a skipped step$")]
    public void Skipped() => Assert.Ignore();

    [Given("^an ambiguous (.*?)$")]
    public void Ambiguous(string what) => Assert.Fail(what);

    [Given("^(.*?) ambiguous step$")]
    public void AmbiguousToo(string what) => Assert.Fail(what);
}

[Binding]
internal sealed class FailedishCombinations
{
    [Given("^a step$")]
    public void Step()
    {
    }

    [Given("^a skipped step$")]
    public void Skipped() => Assert.Inconclusive();

    [Given("^a pending step$")]
    public void Pending() => throw new PendingStepException();

    [Given("^an ambiguous (.*?)$")]
    public void Ambiguous(string what) => Assert.Fail(what);

    [Given("^(.*?) ambiguous step$")]
    public void AmbiguousToo(string what) => Assert.Fail(what);

    [Given("^a failing step$")]
    public void Failing() => Assert.Fail("whoops");
}

[Binding]
internal sealed class Ambiguous
{
    [Given("^a (.*?) with (.*?)$")]
    public void First(string one, string two) => Assert.Fail(one + two);

    [Given("^a step with (.*?)$")]
    public void Second(string one) => Assert.Fail(one);
}

[Binding]
internal sealed class OrdersActionsOutcomes
{
    [Given("an order for {string}")]
    public void Order(string food) => Assert.That(food, Is.Not.Empty);

    [When("an action")]
    public void Action()
    {
    }

    [Then("an outcome")]
    public void Outcome()
    {
    }
}

[Binding]
internal sealed class Orders
{
    [Given("an order for {string}")]
    public void Order(string food) => Assert.That(food, Is.Not.Empty);
}

[Binding]
internal sealed class CData
{
    [Given("I have {int} <![CDATA[cukes]]> in my belly")]
    public void Cukes(int count) => Assert.That(count, Is.EqualTo(42));
}

[Binding]
internal sealed class Minimal
{
    [Given("I have {int} cukes in my belly")]
    public void Cukes(int count) => Assert.That(count, Is.EqualTo(42));
}

[Binding]
internal sealed class DataTables
{
    private string[][] transposed = [];

    [When("the following table is transposed:")]
    public void Transpose(DataTable table)
    {
        string[][] raw = Raw(table);
        transposed = [.. raw[0].Select((_, column) => raw.Select(row => row[column]).ToArray())];
    }

    [Then("it should be:")]
    public void ShouldBe(DataTable expected) => Assert.That(transposed, Is.EqualTo(Raw(expected)));

    private static string[][] Raw(DataTable table) => [[.. table.Header], .. table.Rows.Select(row => row.Values.ToArray())];
}

[Binding]
internal sealed class DocStrings
{
    [Given("a doc string:")]
    public void DocString(string text) => Assert.That(text, Is.Not.Empty);
}

[Binding]
internal sealed class ExamplesTables
{
    private int count;
    private int friends;

    [Given("there are {int} cucumbers")]
    public void Cucumbers(int initial) => count = initial;

    [Given("there are {int} friends")]
    public void Friends(int initial) => friends = initial;

    [When("I eat {int} cucumbers")]
    public void Eat(int eaten) => count -= eaten;

    [Then("I should have {int} cucumbers")]
    public void Have(int expected) => Assert.That(count, Is.EqualTo(expected));

    [Then("each person can eat {int} cucumbers")]
    public void Share(int expected) => Assert.That(count / (1 + friends), Is.EqualTo(expected));
}

[Binding]
internal sealed class ExamplesTablesUndefined
{
    private int count;

    [Given("there are {int} cucumbers")]
    public void Cucumbers(int initial) => count = initial;

    [When("I eat {int} cucumbers")]
    public void Eat(int eaten) => count -= eaten;

    [Then("I should have {int} cucumbers")]
    public void Have(int expected) => Assert.That(count, Is.EqualTo(expected));
}

[Binding]
internal sealed class ExamplesTablesAttachment(IReqnrollOutputHelper output, SampleFolder folder)
{
    [When("a JPEG image is attached")]
    public void Jpeg() => output.AddAttachment(folder.File("cucumber.jpeg"));

    [When("a PNG image is attached")]
    public void Png() => output.AddAttachment(folder.File("cucumber.png"));
}

[Binding]
internal sealed class GlobalHooks
{
    [BeforeTestRun]
    public static void Before()
    {
    }

    [BeforeTestRun]
    public static Task BeforeToo() => Task.CompletedTask;

    [When("a step passes")]
    public void Passes()
    {
    }

    [When("a step fails")]
    public void Fails() => throw new InvalidOperationException("Exception in step");

    [AfterTestRun(Order = 2)]
    public static void After()
    {
    }

    [AfterTestRun(Order = 1)]
    public static ValueTask AfterToo() => ValueTask.CompletedTask;
}

[Binding]
internal sealed class Hooks
{
    [BeforeScenario]
    public void Before()
    {
    }

    [When("a step passes")]
    public void Passes()
    {
    }

    [When("a step fails")]
    public void Fails() => throw new InvalidOperationException("Exception in step");

    [AfterScenario]
    public void After()
    {
    }
}

[Binding]
internal sealed class HooksAttachment(IReqnrollOutputHelper output, SampleFolder folder)
{
    [Before]
    public void Before() => output.AddAttachment(folder.File("cucumber.svg"));

    [When("a step passes")]
    public void Passes()
    {
    }

    [After]
    public void After() => output.AddAttachment(folder.File("cucumber.svg"));
}

[Binding]
internal sealed class HooksConditional
{
    [BeforeScenario("passing-hook")]
    public async Task BeforePassing() => await Task.Yield();

    [BeforeScenario("fail-before")]
    public void BeforeFailing() => throw new InvalidOperationException("Exception in conditional hook");

    [When("a step passes")]
    public void Passes()
    {
    }

    [AfterScenario("fail-after")]
    public void AfterFailing() => throw new InvalidOperationException("Exception in conditional hook");

    [AfterScenario("@passing-hook")]
    public async ValueTask AfterPassing() => await Task.Yield();
}

[Binding]
internal sealed class HooksUndefined
{
    [BeforeScenario]
    public void Before()
    {
    }

    [AfterScenario]
    public void After()
    {
    }
}

[Binding]
internal sealed class ParameterTypes
{
    public sealed record Flight(string From, string To);

    [StepArgumentTransformation("([A-Z]{3})-([A-Z]{3})", Name = "flight")]
    public Flight ToFlight(string from, string to) => new(from, to);

    [Given("{flight} has been delayed")]
    public void Delayed(Flight flight) => Assert.That(flight, Is.EqualTo(new Flight("LHR", "CDG")));
}

[Binding]
internal sealed class Pending
{
    [Given("an implemented non-pending step")]
    public void Implemented()
    {
    }

    [Given("an implemented step that is skipped")]
    public void Skipped() => Assert.Fail();

    [Given("an unimplemented pending step")]
    public void Unimplemented() => throw new PendingStepException();
}

[Binding]
internal sealed class PendingException
{
    [Given("an unimplemented pending step")]
    public void Unimplemented() => throw new PendingStepException("TODO");
}

[Binding]
internal sealed class Rules
{
    private readonly Stack<string> stock = [];
    private int money;
    private string? chocolate;

    [Given("the customer has {int} cents")]
    public void Customer(int cents) => money = cents;

    [Given("there are chocolate bars in stock")]
    public void Stock() => stock.Push("Mars");

    [Given("there are no chocolate bars in stock")]
    public void NoStock() => stock.Clear();

    [When("the customer tries to buy a {int} cent chocolate bar")]
    public void Buy(int price)
    {
        if (money >= price)
            stock.TryPop(out chocolate);
    }

    [Then("the sale should not happen")]
    public void NoSale() => Assert.That(chocolate, Is.Null);

    [Then("the sale should happen")]
    public void Sale() => Assert.That(chocolate, Is.Not.Null);
}

[Binding]
internal sealed class Skipped
{
    [Given("a step that does not skip")]
    public void Runs()
    {
    }

    [Given("a step that is skipped")]
    public void IsSkipped() => Assert.Fail();

    [Given("I skip a step")]
    public void Skips() => Assert.Ignore();
}

[Binding]
internal sealed class SkippedException
{
    [Given("I skip a step")]
    public void Skips() => Assert.Ignore("skipping");
}

[Binding]
internal sealed class SkippedFailingHook
{
    [Given("a step that skips")]
    public void Skips() => Assert.Ignore();

    [AfterScenario]
    public void After() => throw new InvalidOperationException("whoops");
}

[Binding]
internal sealed class StackTraces
{
    [When("a step throws an exception")]
    public void Throws() => throw new InvalidOperationException("BOOM");
}

[Binding]
internal sealed class Undefined
{
    [Given("an implemented step")]
    public void Implemented()
    {
    }

    [Given("a step that will be skipped")]
    public void Skipped() => Assert.Fail();
}

[Binding]
internal sealed class UnusedSteps
{
    [Given("a step that is used")]
    public void Used()
    {
    }

    [Given("a step that is not used")]
    public void NotUsed() => Assert.Fail();
}
