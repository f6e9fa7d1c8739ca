using Hooktrail.Cli;

return await Guard.Run(
    () =>
    {
        var line = CommandLine.Parse(args);
        return line.Errors.Count > 0
            ? throw new HooktrailException(CommandLine.Mistake(line))
            // After Ctrl-C, a verb has time to restore the host.
            : line.InvokeAsync(
                new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
    },
    Console.Error);
