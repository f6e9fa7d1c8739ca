using Gherkin;
using Gherkin.Ast;

namespace Reqnroll.Offline.Features;

/// <summary>A feature file: its text, its syntax tree and its pickles.</summary>
internal sealed record FeatureFile(string Uri, string Text, GherkinDocument Document, IReadOnlyList<Pickle> Pickles)
{
    /// <summary>Reads a feature.</summary>
    /// <exception cref="ParserException">The text is no Gherkin; a <see cref="CompositeParserException"/> for several errors.</exception>
    public static FeatureFile Parse(string uri, string text)
    {
        var document = new Parser().Parse(new TokenScanner(new StringReader(text)));
        return new FeatureFile(uri, text, document, PickleCompiler.Compile(document.Feature));
    }
}
