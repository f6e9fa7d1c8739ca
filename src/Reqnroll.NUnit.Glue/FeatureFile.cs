using Gherkin;
using Gherkin.CucumberMessages;
using Gherkin.CucumberMessages.Pickles;
using Io.Cucumber.Messages.Types;
using Reqnroll.Formatters.RuntimeSupport;

namespace Hooktrail.Fixtures;

/// <summary>A feature file as Cucumber Messages: its text, its syntax tree, and its pickles (scenarios with all values filled in).</summary>
internal sealed class FeatureFile : IFeatureLevelCucumberMessages
{
    private readonly Dictionary<string, Step> _steps;

    /// <summary>Reads a feature.</summary>
    /// <exception cref="ParserException">The text is not Gherkin; <see cref="CompositeParserException"/> for several errors.</exception>
    public FeatureFile(string uri, string text)
    {
        var ids = new GuidIdGenerator();
        var document = new Parser().Parse(new TokenScanner(new StringReader(text)));
        GherkinDocument = new AstMessagesConverter(ids).ConvertGherkinDocumentToEventArgs(document, uri);
        Source = new Source(uri, text, SourceMediaType.TEXT_X_CUCUMBER_GHERKIN_PLAIN);
        Pickles = new PickleCompiler(ids).Compile(GherkinDocument);
        Scenarios = [.. Find()];
        _steps = Scenarios.SelectMany(scenario => scenario.Background.Concat(scenario.Scenario.Steps))
            .DistinctBy(step => step.Id).ToDictionary(step => step.Id);
    }

    public bool HasMessages => true;

    public Source Source { get; }

    public GherkinDocument GherkinDocument { get; }

    public IEnumerable<Pickle> Pickles { get; }

    public Feature? Feature => GherkinDocument.Feature;

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<ScenarioInFile> Scenarios { get; }

    /// <summary>The line of the file that a pickle's step comes from.</summary>
    public Step SourceOf(PickleStep step) => _steps[step.AstNodeIds[0]];

    private IEnumerable<ScenarioInFile> Find()
    {
        // An outline without rows has no pickle, but is still a test.
        var pickles = Pickles.Index().ToLookup(pickle => pickle.Item.AstNodeIds[0]);
        List<Step> background = [];
        foreach (var child in Feature?.Children ?? [])
        {
            background.AddRange(child.Background?.Steps ?? []);
            if (child.Scenario is { } scenario)
                yield return new(scenario, null, background, [.. pickles[scenario.Id]]);
            List<Step> ofRule = [.. background];
            foreach (var inner in child.Rule?.Children ?? [])
            {
                ofRule.AddRange(inner.Background?.Steps ?? []);
                if (inner.Scenario is { } ruled)
                    yield return new(ruled, child.Rule, ofRule, [.. pickles[ruled.Id]]);
            }
        }
    }
}

/// <summary>A scenario, or a scenario outline with its rows.</summary>
internal sealed record ScenarioInFile(
    Scenario Scenario, Rule? Rule, IReadOnlyList<Step> Background, IReadOnlyList<(int Index, Pickle Item)> Pickles)
{
    /// <summary>The examples and the row that a pickle of an outline has its values from; null for a plain scenario.</summary>
    public (Examples Examples, TableRow Row)? RowOf(Pickle pickle) => pickle.AstNodeIds is [_, var row]
        ? Scenario.Examples.SelectMany(examples => examples.TableBody, (examples, one) => (examples, one)).First(pair => pair.one.Id == row)
        : null;
}
