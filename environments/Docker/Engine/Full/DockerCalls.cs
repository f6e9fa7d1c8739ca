using System.Text.Json;
using Docker.DotNet;
using Hooktrail.Trails;

namespace Hooktrail.Docker.Engine.Full;

/// <summary>
/// Calls through Docker.DotNet. Each says in words what it asks for, so that whatever goes wrong is told as one sentence.
/// </summary>
internal sealed class DockerCalls(EngineEndpoint endpoint)
{
    // Only a dead or overloaded Engine takes longer: creating and starting a container takes well under a second.
    private static TimeSpan Patience => Allowance.For(TimeSpan.FromSeconds(60));

    public EngineEndpoint Endpoint => endpoint;

    /// <summary>A client of the given API version; null for the Engine's newest.</summary>
    public DockerClient NewClient(Version? apiVersion) => new DockerClientBuilder()
        .WithEndpoint(endpoint.Uri)
        .WithApiVersion(apiVersion)
        .WithTimeout(Patience)
        .Build();

    public async Task<T> AskAsync<T>(string what, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception e) when (Explain(what, e, cancellationToken) is { } told)
        {
            throw told;
        }
    }

    public Task TellAsync(string what, Func<Task> call, CancellationToken cancellationToken) =>
        AskAsync(
            what,
            async () =>
            {
                await call().ConfigureAwait(false);
                return true;
            },
            cancellationToken);

    /// <summary>The one sentence for a failure; null for one that is not the Engine's.</summary>
    public HooktrailException? Explain(string what, Exception error, CancellationToken cancellationToken) => error switch
    {
        DockerApiException e => EngineErrors.Refused(what, MessageOf(e)),
        OperationCanceledException or TimeoutException when !cancellationToken.IsCancellationRequested =>
            EngineErrors.Silent(endpoint, what, Patience),
        _ when EngineErrors.SocketErrorIn(error) is not null => EngineErrors.Unreachable(endpoint, error),
        HttpRequestException or IOException => EngineErrors.Lost(endpoint, what, error),
        JsonException => EngineErrors.NotAnEngine(endpoint, error),
        _ => null,
    };

    private static string MessageOf(DockerApiException error)
    {
        var body = error.ResponseBody ?? "";
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.TryGetProperty("message", out var message) ? message.GetString() ?? body : body;
        }
        catch (JsonException)
        {
            return body.Length > 0 ? body : $"status {(int)error.StatusCode}";
        }
    }
}
