using System.Globalization;
using System.Text;
using Hooktrail.Docker.Engine;
using Hooktrail.Trails;

namespace Hooktrail.Docker.Lab;

/// <summary>
/// The one session with a container: scripts go in, their output comes back (image/agent.sh is the other side). When the
/// session ends, however suddenly, the agent ends too.
/// </summary>
internal sealed class Shell(IContainerSession session) : IAsyncDisposable
{
    /// <summary>The longest that any one script may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _turn = new(1);
    private int _scripts;

    public IContainerSession Session => session;

    /// <summary>Runs a script and returns its lines.</summary>
    /// <exception cref="HooktrailException">It failed; <paramref name="purpose"/> says what it was for.</exception>
    public async Task<IReadOnlyList<string>> RunAsync(string purpose, string script, CancellationToken cancellation = default)
    {
        var (status, lines) = await TryAsync(script, cancellation).ConfigureAwait(false);
        return status == 0
            ? lines
            : throw new HooktrailException($"Could not {purpose} in {session.Name}: {Said(lines, status)}.");
    }

    /// <summary>Runs a script and returns its exit status and its lines.</summary>
    public async Task<(int Status, IReadOnlyList<string> Lines)> TryAsync(string script, CancellationToken cancellation = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        await _turn.WaitAsync(limit.Token).ConfigureAwait(false);
        try
        {
            var id = (++_scripts).ToString(CultureInfo.InvariantCulture);
            var bytes = Encoding.UTF8.GetBytes(script);
            await session.StandardInput.WriteAsync(Encoding.UTF8.GetBytes($"{id} {bytes.Length}\n").Concat(bytes).ToArray(), limit.Token)
                .ConfigureAwait(false);
            await session.StandardInput.FlushAsync(limit.Token).ConfigureAwait(false);

            var header = (await ReadLineAsync(limit.Token).ConfigureAwait(false)).Split(' ');
            if (header.Length != 3 || header[0] != id)
                throw new HooktrailException(
                    $"The agent in {session.Name} answered out of turn; is the image older than this checkout? Run ./specs run to rebuild it.");
            var lines = new string[int.Parse(header[2], CultureInfo.InvariantCulture)];
            for (var i = 0; i < lines.Length; i++)
                lines[i] = await ReadLineAsync(limit.Token).ConfigureAwait(false);
            return (int.Parse(header[1], CultureInfo.InvariantCulture), lines);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await session.DisposeAsync().ConfigureAwait(false);
        _turn.Dispose();
    }

    private static string Said(IReadOnlyList<string> lines, int status) =>
        lines.Count == 0
            ? string.Create(CultureInfo.InvariantCulture, $"exit status {status}")
            : string.Join(" ", lines.Select(line => line.Trim())).TrimEnd('.');

    private async Task<string> ReadLineAsync(CancellationToken cancellation)
    {
        while (await session.StandardOutput.WaitToReadAsync(cancellation).ConfigureAwait(false))
            if (session.StandardOutput.TryRead(out var line))
                return line;
        throw new HooktrailException(
            $"The container {session.Name} ended while the lab still needed it; its last words: {string.Join(" ", session.LastOutput)}");
    }
}
