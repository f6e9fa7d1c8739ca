using System.Text;
using Hooktrail.Report.Messages;

namespace Hooktrail.Tests.Report.Html;

[TestFixture]
public class MessagesReaderTests
{
    private const string Document = """
        {"meta":{"protocolVersion":"99.0.0","unheardOf":[1]}}
        {"source":{"uri":"a.feature","data":"Feature: A\n\n  @slow\n  Scenario Outline: <x> goes\n","mediaType":"text/x.cucumber.gherkin+plain"}}
        {"gherkinDocument":{"uri":"a.feature","feature":{"name":"A","children":[{"rule":{"location":{"line":2},"tags":[],"children":[{"scenario":{"id":"1","name":"<x> goes","location":{"line":4},"tags":[{"location":{"line":3},"name":"@slow"}],"examples":[{"tableHeader":{"cells":[{"value":"x"},{"value":"y"}]},"tableBody":[{"id":"2","cells":[{"value":"one"},{"value":"two"}]}]}]}}]}}]}}}
        {"pickle":{"id":"3","uri":"a.feature","name":"one goes","astNodeIds":["1","2"],"tags":[{"name":"@slow"}]}}
        {"testCase":{"id":"4","pickleId":"3","testSteps":[]}}
        {"nobodyKnowsThis":{"a":1}}

        """;

    [Test]
    public void A_row_of_an_outline_has_its_values_its_line_and_its_tags()
    {
        var feature = Read(Document).Features.Single();
        var scenario = feature.Scenarios.Single();

        Assert.Multiple(() =>
        {
            Assert.That(
                (feature.Title, feature.Source),
                Is.EqualTo(("A", "Feature: A\n\n  @slow\n  Scenario Outline: <x> goes\n")));
            Assert.That(feature.Starts, Is.EqualTo([2, 3]));
            Assert.That(
                (scenario.Title, scenario.Outline, scenario.Example, scenario.Line),
                Is.EqualTo(("one goes", "<x> goes", "x=one, y=two", 3)));
            Assert.That(scenario.Tags, Is.EqualTo(["@slow"]));
            Assert.That(scenario.Status, Is.Null, "it did not run");
        });
    }

    [Test]
    public void The_last_attempt_counts_and_in_it_the_worst_step()
    {
        var scenario = Read(Document + Attempt("5", "FAILED", "first") + Attempt("6", "PASSED", null)
            + Step("6", "SKIPPED", "no Engine") + Step("6", "SKIPPED", null)).Features.Single().Scenarios.Single();

        Assert.That((scenario.Status, scenario.Message), Is.EqualTo(("skipped", "no Engine")));
    }

    [Test]
    public void The_reason_of_a_skipped_step_may_stand_in_its_exception() => Assert.That(
        Read(Document + Attempt("5", "SKIPPED", null).Replace(
            "\"SKIPPED\"", "\"SKIPPED\",\"exception\":{\"type\":\"IgnoreException\",\"message\":\"no Engine\"}"))
            .Features.Single().Scenarios.Single().Message,
        Is.EqualTo("no Engine"));

    [Test]
    public void A_line_that_is_cut_off_at_the_end_is_passed_over() =>
        Assert.That(
            Read(Document
                + Attempt("5", "FAILED", "why")
                + "{\"testStepFin").Features.Single().Scenarios.Single().Message,
            Is.EqualTo("why"));

    [TestCase("{\"meta\":{}}\nnothing\n{\"meta\":{}}\n", "f is not a file of Cucumber Messages: line 2 is not a message; use the messages.ndjson of a run, or remove this file.")]
    [TestCase("[1]\n", "f is not a file of Cucumber Messages: line 1 is not a message; use the messages.ndjson of a run, or remove this file.")]
    [TestCase("", "f is empty; run the features again, or remove this file.")]
    public void What_is_no_such_file_is_said_in_a_sentence(string text, string sentence) =>
        Assert.That(() => Read(text), Throws.TypeOf<HooktrailException>().With.Message.EqualTo(sentence));

    private static string Attempt(string id, string status, string? message) =>
        "{\"testCaseStarted\":{\"id\":\"" + id + "\",\"testCaseId\":\"4\"}}\n" + Step(id, status, message);

    private static string Step(string id, string status, string? message) =>
        "{\"testStepFinished\":{\"testCaseStartedId\":\"" + id + "\",\"testStepResult\":{\"status\":\"" + status + "\""
        + (message is null ? "" : ",\"message\":\"" + message + "\"") + "}}}\n";

    private static CucumberRun Read(string text) =>
        MessagesReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "f");
}
