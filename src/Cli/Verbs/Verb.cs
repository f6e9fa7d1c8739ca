using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Hooktrail.Cli.Verbs;

/// <summary>A command with notes at the end of its help: examples, and what the options do not say.</summary>
internal sealed class Verb(string name, string description, string notes) : Command(name, description)
{
    public string Notes => notes;
}

internal sealed class HelpWithNotes : SynchronousCommandLineAction
{
    private readonly HelpAction _usual = new();

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var exitCode = _usual.Invoke(parseResult);
        if (parseResult.CommandResult.Command is Verb verb)
            parseResult.InvocationConfiguration.Output.WriteLine(CommandName.In(verb.Notes));
        return exitCode;
    }
}
