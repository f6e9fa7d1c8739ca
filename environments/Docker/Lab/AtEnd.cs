namespace Hooktrail.Docker.Lab;

/// <summary>Runs a script when it is disposed.</summary>
internal sealed class AtEnd(Shell shell, string purpose, string script) : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await shell.RunAsync(purpose, script).ConfigureAwait(false);
}
