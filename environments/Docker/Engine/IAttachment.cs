namespace Hooktrail.Docker.Engine;

/// <summary>The raw connection to a container's main process: what the two implementations do differently.</summary>
internal interface IAttachment : IAsyncDisposable
{
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Closes the process's standard input; its output stays open. May be called again, and after the process ended.</summary>
    void CloseInput();

    /// <summary>Reads the output until the process ends.</summary>
    Task PumpAsync(IByteSink standardOutput, IByteSink standardError);
}
