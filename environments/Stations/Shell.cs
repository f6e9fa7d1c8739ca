using System.Text;

namespace Hooktrail.Stations;

/// <summary>
/// Owns a station's session with the <see cref="Agent"/>. The agent ends with the session, even if that is killed.
/// </summary>
public class Shell(ISession session) : IAsyncDisposable
{
    /// <summary>The time limit for one script.</summary>
    private static TimeSpan Patience => Allowance.For(TimeSpan.FromSeconds(30));

    private readonly SemaphoreSlim _turn = new(1);

    public ISession Session => session;

    /// <summary>Returns the script's lines.</summary>
    /// <exception cref="HooktrailException">The script failed; the message has <paramref name="purpose"/>.</exception>
    public async Task<IReadOnlyList<string>> RunAsync(
        string purpose, string script, CancellationToken cancellation = default)
    {
        var (status, lines) = await TryAsync(script, cancellation).ConfigureAwait(false);
        return status == 0
            ? lines
            : throw new HooktrailException(
                $"Could not {purpose} in {session.Name}: {Said(lines, status)}{Advice(lines, session.Words)}.");
    }

    /// <summary>As <see cref="RunAsync"/>, but a failure throws no exception.</summary>
    public async Task<(int Status, IReadOnlyList<string> Lines)> TryAsync(
        string script, CancellationToken cancellation = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        await _turn.WaitAsync(limit.Token).ConfigureAwait(false);
        try
        {
            // No script knows its id, so none prints it.
            var id = Guid.NewGuid().ToString("N");
            await SayAsync($"{id} {Encoding.UTF8.GetByteCount(script)}\n{script}", limit.Token).ConfigureAwait(false);

            if (await session.ReadLineAsync(limit.Token).ConfigureAwait(false) != id)
                throw new HooktrailException(
                    $"The agent in {session.Name} answered out of turn; {session.Words.OutOfTurn}");
            var lines = new List<string>();
            for (; ; )
            {
                var line = await session.ReadLineAsync(limit.Token).ConfigureAwait(false);
                if (line.StartsWith(id, StringComparison.Ordinal))
                    return (int.Parse(line.AsSpan(id.Length), CultureInfo.InvariantCulture), lines);
                lines.Add(line);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new HooktrailException(
                $"The {session.Words.Thing} {session.Name} did not answer for {Patience.TotalSeconds:0} seconds; check whether the host is overloaded, and run again.");
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await session.DisposeAsync().ConfigureAwait(false);
        _turn.Dispose();
    }

    private static string Advice(IReadOnlyList<string> lines, SessionWords words) =>
        lines.Any(line => line.Contains("not permitted", StringComparison.Ordinal)
            || line.Contains("denied", StringComparison.Ordinal))
            ? "; " + words.NotPermitted
            : "";

    private static string Said(IReadOnlyList<string> lines, int status) =>
        lines.Count == 0
            ? string.Create(CultureInfo.InvariantCulture, $"exit status {status}")
            : string.Join(" ", lines.Select(line => line.Trim())).TrimEnd('.');

    private async Task SayAsync(string text, CancellationToken cancellation)
    {
        try
        {
            await session.StandardInput.WriteAsync(Encoding.UTF8.GetBytes(text), cancellation).ConfigureAwait(false);
            await session.StandardInput.FlushAsync(cancellation).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The process has ended; the reader of the answer gets the reason.
        }
    }
}

public sealed class Shell<TSession>(TSession session) : Shell(session)
    where TSession : ISession
{
    public new TSession Session => session;
}
