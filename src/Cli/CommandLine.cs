using System.CommandLine;
using System.CommandLine.Help;
using Hooktrail.Cli.Verbs;

namespace Hooktrail.Cli;

internal static class CommandLine
{
    // The script ./specs prepares the machine for them, and starts dotnet itself.
    private static readonly ImmutableArray<string> OfTheScript = ["run", "test", "prepare"];

    /// <summary>Runs a command; every failure ends with a sentence on the terminal's error and an exit code.</summary>
    /// <param name="arguments">The words after the command's name.</param>
    /// <param name="patience">How long a verb may take to end after Ctrl-C or SIGTERM; null: neither ends it.</param>
    public static Task<int> RunAsync(IReadOnlyList<string> arguments, TimeSpan? patience) => Guard.Run(
        () =>
        {
            var line = Parse(arguments);
            return line.Errors.Count > 0
                ? throw new HooktrailException(Mistake(line))
                : line.InvokeAsync(new()
                {
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = patience,
                    Output = Terminal.Out,
                    Error = Terminal.Error,
                });
        },
        Terminal.Error);

    public static ParseResult Parse(IReadOnlyList<string> arguments)
    {
        // Response files are off, because a file name may begin with @; an option must be written in full.
        var literal = new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false };
        return Root().Parse(arguments, literal);
    }

    // A sentence about the line's first error.
    private static string Mistake(ParseResult line)
    {
        var command = line.CommandResult.Command;
        var path = PathOf(command);
        if (command.Subcommands.Count == 0)
            return $"{line.Errors[0].Message.TrimEnd('.')}; see {path} --help.";

        if (line.UnmatchedTokens is [var only, ..] && OfTheScript.Contains(only))
            return $"{only} needs the features, which are in a checkout of Hooktrail; clone the repository, and run ./specs {only} there.";
        var verbs = string.Join(", ", command.Subcommands.Select(verb => verb.Name));
        return line.UnmatchedTokens is [var word, ..]
            ? $"Unknown verb \"{word}\"; the verbs are {verbs}; see {path} --help."
            : $"No verb given; use one of {verbs}; see {path} --help.";
    }

    private static Command Root() =>
        new Verb(
            CommandName.Short,
            "Predicts and checks which ebtables, iptables and nftables hooks a packet crosses on a Docker host.",
            """
            Exit codes:
              0  done
              1  a scenario failed (run, test); a leg diverged (observe, import, conform); the observation proves nothing (observe, import);
                 no change explains a leg (explain); a difference is unexpected (compare, baseline check);
                 the ending is not the expected one (check); an expectation is not met, or an answer changed (reach)
              2  a problem that you can fix: standard error says what is wrong and what to do
              3  a bug in Hooktrail
              4  no leg diverged, but the model does not know how a leg ends (predict, observe, import, check)
              130  interrupted
            """)
        {
            Options = { new HelpOption("--help", "-h") { Action = new HelpWithNotes() }, new VersionOption() },
            Subcommands =
            {
                PredictVerb.Create(), ObserveVerb.Create(), ExplainVerb.Create(), ImportVerb.Create(),
                ConformVerb.Create(), SummaryVerb.Create(), ReportVerb.Create(), FiguresVerb.Create(),
                CompareVerb.Create(), BaselineVerb.Create(),
                SnapshotVerb.Create(), HostVerb.Create(), CheckVerb.Create(), ReachVerb.Create(), TwinVerb.Create(),
                WatchVerb.Create(),
                DoctorVerb.Create(),
                KernelsVerb.Create(), LabVerb.Create(), CleanVerb.Create(),
            },
        };

    // The verb as typed, with its parent verbs.
    private static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent
            ? $"{PathOf(parent)} {command.Name}"
            : CommandName.Typed;
}
