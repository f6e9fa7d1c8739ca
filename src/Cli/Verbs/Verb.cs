using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Hooktrail.Cli.Verbs;

/// <summary>A command whose help ends with notes: examples, and what the options cannot say.</summary>
internal sealed class Verb(string name, string description, string notes) : Command(name, description)
{
    /// <summary>Lines to show below the options.</summary>
    public string Notes => notes;
}

/// <summary>The usual help, and below it the verb's notes.</summary>
internal sealed class HelpWithNotes : SynchronousCommandLineAction
{
    private readonly HelpAction _usual = new();

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var exitCode = _usual.Invoke(parseResult);
        if (parseResult.CommandResult.Command is Verb verb)
            parseResult.InvocationConfiguration.Output.WriteLine(verb.Notes);
        return exitCode;
    }
}
