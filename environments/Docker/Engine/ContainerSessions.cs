using System.Text;
using System.Threading.Channels;
using Hooktrail.Trails;

namespace Hooktrail.Docker.Engine;

/// <summary>What is done with sessions of any kind.</summary>
public static class ContainerSessions
{
    /// <summary>Waits for the next line of the standard output.</summary>
    /// <exception cref="HooktrailException">The process ended instead; its exit code and last output are told.</exception>
    public static async Task<string> ReadLineAsync(this IContainerSession session, CancellationToken cancellationToken = default)
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
            var code = await session.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            throw EngineErrors.Ended(session.Name, code, session.LastOutput);
        }
    }

    /// <summary>Writes one line to the standard input; a line feed is added.</summary>
    /// <exception cref="HooktrailException">The process has ended; its exit code and last output are told.</exception>
    public static async Task WriteLineAsync(
        this IContainerSession session, string line, CancellationToken cancellationToken = default)
    {
        try
        {
            await session.StandardInput.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (IOException)
        {
            var code = await session.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            throw EngineErrors.Ended(session.Name, code, session.LastOutput);
        }
    }
}
