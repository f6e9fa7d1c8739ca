using Hooktrail.Cli;

// After Ctrl-C, a verb has time to restore the host.
return await CommandLine.RunAsync(args, TimeSpan.FromSeconds(30));
