using System.Net;
using System.Security.Authentication;
using System.Text.Json;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace Hooktrail.Docker.Engine;

/// <summary>
/// Calls the Engine. Each call names its request («create the network lab») for the message if it fails.
/// </summary>
internal sealed class DockerCalls(EngineEndpoint endpoint)
{
    public EngineEndpoint Endpoint => endpoint;

    /// <summary>Asks for the version, which tells an Engine from another program that listens there.</summary>
    public async Task<VersionResponse> AskVersionAsync(DockerClient client, CancellationToken cancellationToken)
    {
        try
        {
            // Docker.DotNet's own time limit does not cover connecting.
            return await client.System.GetVersionAsync(cancellationToken)
                .WaitAsync(EngineConnection.Patience, cancellationToken).ConfigureAwait(false)
                ?? throw EngineErrors.NotAnEngine(endpoint);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            throw e is DockerApiException answer
                && MessageIn(answer) is null
                && !EngineErrors.WantsTls(answer.ResponseBody)
                ? EngineErrors.NotAnEngine(endpoint, e)
                // In TLS 1.3, a server refuses a client's certificate this way.
                : endpoint.Certificates is not null && Break(e) is { } cause ? EngineErrors.NoTls(endpoint, cause)
                : Explain("give its version", e, cancellationToken) ?? EngineErrors.NotAnEngine(endpoint, e);
        }
    }

    public async Task<T> AskAsync<T>(string what, Func<Task<T>> call, CancellationToken cancellationToken)
        where T : class =>
        await FindAsync(what, call, cancellationToken).ConfigureAwait(false)
        ?? throw EngineErrors.NotAnEngine(endpoint);

    public Task TellAsync(
        string what, Func<Task> call, CancellationToken cancellationToken, params HttpStatusCode[] tolerated) =>
        FindAsync(
            what,
            async () =>
            {
                await call().ConfigureAwait(false);
                return "done";
            },
            cancellationToken,
            tolerated);

    /// <summary>
    /// Asks for something that may be missing; null where the Engine answers with a status in <paramref name="none"/>.
    /// </summary>
    public async Task<T?> FindAsync<T>(
        string what, Func<Task<T>> call, CancellationToken cancellationToken, params HttpStatusCode[] none)
        where T : class
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (DockerApiException e) when (none.Contains(e.StatusCode))
        {
            return null;
        }
        catch (Exception e) when (Explain(what, e, cancellationToken) is { } told)
        {
            throw told;
        }
    }

    private HooktrailException? Explain(
        string what, Exception error, CancellationToken cancellationToken) => error switch
        {
            HooktrailException e => e,
            DockerApiException e => EngineErrors.Refused(
                what, MessageIn(e) ?? (e.ResponseBody is { Length: > 0 } body ? body : $"status {(int)e.StatusCode}")),
            OperationCanceledException or TimeoutException =>
                cancellationToken.IsCancellationRequested
                    ? null
                    : EngineErrors.Silent(endpoint, what, EngineConnection.Patience),
            _ when Within<AuthenticationException>(error) is { } e => EngineErrors.NoTls(endpoint, e),
            _ when Break(error) is { } cause => EngineErrors.Lost(endpoint, what, cause),
            _ when EngineErrors.SocketErrorIn(error) is not null => EngineErrors.Unreachable(endpoint, error),
            // Testcontainers treats an answer of `null` as an object.
            HttpRequestException or JsonException or NullReferenceException =>
                EngineErrors.NotAnEngine(endpoint, error),
            _ => null,
        };

    private static IOException? Break(Exception error) =>
        // Docker.DotNet 4.3 throws this if a connection is closed without an answer.
        error is HttpRequestException { InnerException: InvalidOperationException }
            ? new EndOfStreamException("it was closed without an answer", error)
            : Within<IOException>(error);

    private static T? Within<T>(Exception? error)
        where T : Exception => error is null ? null : error as T ?? Within<T>(error.InnerException);

    private static string? MessageIn(DockerApiException error)
    {
        try
        {
            using var json = JsonDocument.Parse(error.ResponseBody ?? "");
            return json.RootElement.TryGetProperty("message", out var message) ? message.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // a message of a proxy between, not of the Engine
        }
    }
}
