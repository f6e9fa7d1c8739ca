using Gherkin;
using Gherkin.CucumberMessages;
using Gherkin.CucumberMessages.Pickles;
using Io.Cucumber.Messages.Types;
using Reqnroll.Formatters.RuntimeSupport;

namespace Hooktrail.Fixtures;

/// <summary>A feature as Cucumber Messages; pickles are scenarios with all values filled in.</summary>
internal sealed class FeatureFile : IFeatureLevelCucumberMessages
{
    private readonly Dictionary<string, Step> _steps;

    /// <exception cref="ParserException">
    /// The text is not Gherkin; <see cref="CompositeParserException"/> for several errors.
    /// </exception>
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

internal sealed record ScenarioInFile(
    Scenario Scenario, Rule? Rule, IReadOnlyList<Step> Background, IReadOnlyList<(int Index, Pickle Item)> Pickles)
{
    /// <summary>Where an outline's pickle has its values from; null for a plain scenario.</summary>
    public (Examples Examples, TableRow Row)? RowOf(Pickle pickle) => pickle.AstNodeIds is [_, var row]
        ? Scenario.Examples.SelectMany(examples => examples.TableBody, (examples, one) => (examples, one))
            .First(pair => pair.one.Id == row)
        : null;
}
