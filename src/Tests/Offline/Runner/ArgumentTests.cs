using NUnit.Framework;
using Reqnroll;

namespace Hooktrail.Tests.Offline.Runner;

[TestFixture]
public sealed class ArgumentTests
{
    internal enum Leg
    {
        Request,
        FirstReply,
    }

    [TestCase("7 of int", "Int32 7")]
    [TestCase("\"it's\" of string", "String it's")]
    [TestCase("'a \"b\"' of string", "String a \"b\"")]
    [TestCase("lo of word", "String lo")]
    [TestCase("-1.5 of float", "Double -1.5")]
    [TestCase("one cat", "cat")]
    [TestCase("one dog", "dog")]
    [TestCase("3 cats", "3")]
    [TestCase("1 cat", "1")]
    [TestCase("(4) a/b", "4")]
    [TestCase("whole 8.8 ms", "Decimal 8.8")]
    [TestCase("leg first reply", "FirstReply")]
    [TestCase("flow client to wan", "client > wan")]
    [TestCase("pair 2x3", "2, 3")]
    [TestCase("maybe 5", "5")]
    public async Task An_argument_becomes_what_the_parameter_wants(string step, string expected)
    {
        var played = await Play.FeatureAsync($"Feature: f\n  Scenario: s\n    Given {step}", typeof(Steps));
        Assert.That(played.Errors.Single(), Is.Null);
        Assert.That(played.Output[1], Is.EqualTo(expected));
    }

    [Test]
    public async Task A_table_is_given_as_it_is_or_transformed()
    {
        var played = await Play.FeatureAsync(
            """
            Feature: f
              Scenario: s
                Given the table
                  | table | chain   |
                  | nat   | INPUT   |
                Given the trail
                  | table | chain   |
                  | raw   | OUTPUT  |
                  | nat   | OUTPUT  |
            """,
            typeof(Steps));
        Assert.That(played.Errors.Single(), Is.Null);
        Assert.That(played.Output, Has.Some.EqualTo("table,chain nat INPUT 1").And.Some.EqualTo("raw OUTPUT, nat OUTPUT"));
        Assert.That(played.Output, Has.Some.EqualTo("  | table | chain |").And.Some.EqualTo("  | nat   | INPUT |"));
    }

    [Test]
    public async Task A_column_that_is_not_there_is_named_with_the_table()
    {
        var played = await Play.FeatureAsync("Feature: f\n  Scenario: s\n    Given the table\n      | x |\n      | 1 |", typeof(Steps));
        Assert.That(played.Errors.Single(), Has.Message.Contain("'table'").And.Message.Contain("| x |"));
    }

    [Test]
    public async Task An_argument_of_a_type_that_nothing_makes_is_an_error_that_says_so()
    {
        var played = await Play.FeatureAsync("Feature: f\n  Scenario: s\n    Given unknown thing", typeof(Steps));
        Assert.That(
            played.Errors.Single(),
            Is.TypeOf<BindingException>().With.Message.Contains("Cannot convert 'thing' to System.Net.Http.HttpClient")
                .And.Message.Contains("[StepArgumentTransformation]"));
    }

    [Test]
    public async Task An_unknown_parameter_type_fails_every_scenario()
    {
        var played = await Play.FeatureAsync("Feature: f\n  Scenario: s\n    Given x", typeof(UnknownType));
        Assert.That(played.RunError, Has.Message.Contain("the parameter type {airport} of 'to {airport}' is unknown"));
    }

    [Test]
    public async Task A_definition_with_too_few_parameters_is_an_error()
    {
        var played = await Play.FeatureAsync("Feature: f\n  Scenario: s\n    Given two 1 2", typeof(Steps));
        Assert.That(played.Errors.Single(), Has.Message.Contain("Parameter count mismatch").And.Message.Contain("2 parameters"));
    }

    [Test]
    public async Task Of_definitions_with_the_same_text_the_one_whose_parameters_fit_is_taken()
    {
        var played = await Play.FeatureAsync("Feature: f\n  Scenario: s\n    Given same 5\n    Given same lo", typeof(Overloads));
        Assert.That(played.Errors.Single(), Is.Null);
        Assert.That(played.Output, Has.Some.EqualTo("number 5").And.Some.EqualTo("text lo"));
    }

    internal sealed record Flow(string From, string To);

    internal sealed record Trail(IReadOnlyList<string> Hops);

    [Binding]
    internal sealed class Steps(IReqnrollOutputHelper output)
    {
        [StepArgumentTransformation(@"(\w+) to (\w+)")]
        public Flow ToFlow(string from, string to) => new(from, to);

        [StepArgumentTransformation(@"(\d+)x(\d+)", Name = "pair")]
        public async Task<(int, int)> ToPair(int first, int second)
        {
            await Task.Yield();
            return (first, second);
        }

        [StepArgumentTransformation]
        public Trail ToTrail(DataTable table) => new([.. table.Rows.Select(row => $"{row["table"]} {row["chain"]}")]);

        [Given("{int} of int")]
        public void Int(int value) => Show(value);

        [Given("{string} of string")]
        public void String(string value) => Show(value);

        [Given("{word} of word")]
        public void Word(string value) => Show(value);

        [Given("{float} of float")]
        public void Float(double value) => Show(value);

        [Given("one cat")]
        public void Cat() => output.WriteLine("cat");

        [Given("one dog/mouse")]
        public void Dog() => output.WriteLine("dog");

        [Given("{int} cat(s)")]
        public void Cats(int count) => output.WriteLine($"{count}");

        [Given(@"\({int}) a\/b")]
        public void Escaped(int value) => output.WriteLine($"{value}");

        [Given(@"whole (.*) ms")]
        public void Decimal(decimal value) => Show(value);

        [Given("leg (.*)")]
        public void LegByName(Leg leg) => output.WriteLine($"{leg}");

        [Given("flow {}")]
        public void AFlow(Flow flow) => output.WriteLine($"{flow.From} > {flow.To}");

        [Given("pair {pair}")]
        public void APair((int First, int Second) pair) => output.WriteLine($"{pair.First}, {pair.Second}");

        [Given("maybe {int}")]
        public void Maybe(int? value) => output.WriteLine($"{value}");

        [Given("two {int} {int}")]
        public void Two(int value) => Show(value);

        [Given("unknown {word}")]
        public void Unknown(HttpClient value) => Show(value);

        [Given("the table")]
        public void TheTable(Table table) =>
            output.WriteLine($"{string.Join(',', table.Header)} {table.Rows[0]["table"]} {table.Rows[0][1]} {table.RowCount}");

        [Given("the trail")]
        public void TheTrail(Trail trail) => output.WriteLine(string.Join(", ", trail.Hops));

        private void Show(object value) => output.WriteLine(FormattableString.Invariant($"{value.GetType().Name} {value}"));
    }

    [Binding]
    internal sealed class UnknownType
    {
        [Given("to {airport}")]
        public void Airport(string airport) => Assert.Fail(airport);
    }

    [Binding]
    internal sealed class Overloads(IReqnrollOutputHelper output)
    {
        [Given("^same (.*)$")]
        public void Number(int value) => output.WriteLine($"number {value}");

        [Given("^same ([a-z]+)$")]
        public void Text(string value) => output.WriteLine($"text {value}");
    }
}
