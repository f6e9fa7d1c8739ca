namespace Hooktrail.Cli.Verbs;

/// <summary>What a user looks around in stays until Enter or Ctrl-C.</summary>
internal static class EnterKey
{
    /// <summary>Returns at Enter, at the end of the input, or when cancelled.</summary>
    public static async Task PressedAsync(CancellationToken cancellation)
    {
        try
        {
            // A read of the console cannot be cancelled, so it stays pending.
            await Task.Run(Terminal.In.ReadLine, CancellationToken.None).WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C.
        }
    }
}
