using System.Text;
using System.Threading.Channels;

namespace Hooktrail.Stations;

public static class Sessions
{
    /// <exception cref="HooktrailException">The process ended; the message has its last output.</exception>
    public static async Task<string> ReadLineAsync(this ISession session, CancellationToken cancellationToken = default)
    {
        try
        {
            return await session.StandardOutput.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException e) when (e.InnerException is HooktrailException told)
        {
            throw told;
        }
        catch (ChannelClosedException)
        {
            throw await session.EndedAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Adds a line feed.</summary>
    /// <exception cref="HooktrailException">The process has ended; the message has its last output.</exception>
    public static async Task WriteLineAsync(
        this ISession session, string line, CancellationToken cancellationToken = default)
    {
        try
        {
            await session.StandardInput.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (IOException)
        {
            throw await session.EndedAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
