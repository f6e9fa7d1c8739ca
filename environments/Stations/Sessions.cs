using System.Text;
using System.Threading.Channels;
using Hooktrail.Trails;

namespace Hooktrail.Stations;

/// <summary>What is done with sessions of any kind.</summary>
public static class Sessions
{
    /// <summary>Waits for the next line of the standard output.</summary>
    /// <exception cref="HooktrailException">The process ended instead; its last output is told.</exception>
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

    /// <summary>Writes one line to the standard input; a line feed is added.</summary>
    /// <exception cref="HooktrailException">The process has ended; its last output is told.</exception>
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
