using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Hooktrail.Trails;

namespace Hooktrail.Docker.Engine.Api;

/// <summary>
/// HTTP to one Engine. Each call says in words what it asks for («create the network lab»), so that whatever goes wrong is
/// told as one sentence.
/// </summary>
internal sealed class ApiClient(EngineEndpoint endpoint) : IDisposable
{
    // Only a dead or overloaded Engine takes longer: creating and starting a container takes well under a second.
    private static TimeSpan Patience => Allowance.For(TimeSpan.FromSeconds(60));

    private readonly HttpClient _http = NewHttp(endpoint, _ => { });

    /// <summary>Where the Engine listens.</summary>
    public EngineEndpoint Endpoint => endpoint;

    /// <summary>The API version that the paths are prefixed with; null before it is negotiated.</summary>
    public Version? Version { get; set; }

    /// <summary>Asks and reads the answer as JSON.</summary>
    public async Task<T> AskAsync<T>(
        HttpMethod method, string path, HttpContent? body, JsonTypeInfo<T> type, string what, CancellationToken cancellationToken) =>
        await ReadAsync(await SendAsync(method, path, body, what, cancellationToken).ConfigureAwait(false), type, what)
            .ConfigureAwait(false)
        ?? throw EngineErrors.NotAnEngine(endpoint);

    /// <summary>Asks and reads the answer as JSON; null where the Engine knows no such thing (404).</summary>
    public async Task<T?> FindAsync<T>(string path, JsonTypeInfo<T> type, string what, CancellationToken cancellationToken)
        where T : class =>
        await ReadAsync(
            await SendAsync(HttpMethod.Get, path, null, what, cancellationToken, HttpStatusCode.NotFound).ConfigureAwait(false),
            type,
            what).ConfigureAwait(false);

    /// <summary>Tells the Engine to do something; the refusals in <paramref name="tolerated"/> count as done.</summary>
    public async Task TellAsync(
        HttpMethod method, string path, string what, CancellationToken cancellationToken, params HttpStatusCode[] tolerated) =>
        (await SendAsync(method, path, null, what, cancellationToken, tolerated).ConfigureAwait(false)).Dispose();

    /// <summary>
    /// Sends a question whose answer comes only later, and returns once the Engine has taken it up, which it says by sending
    /// the head of the answer. The body is then awaited with no limit of time; null where the Engine knows no such thing (404).
    /// </summary>
    public async Task<Task<T?>> AskLaterAsync<T>(string path, JsonTypeInfo<T> type, string what, CancellationToken cancellationToken)
        where T : class =>
        ReadAsync(
            await SendAsync(HttpMethod.Post, path, null, what, cancellationToken, HttpStatusCode.NotFound).ConfigureAwait(false),
            type,
            what);

    /// <summary>
    /// Turns a connection of its own into a raw stream to a container (101, «tcp»), and returns it with its socket, which
    /// half-closes it.
    /// </summary>
    public async Task<RawConnection> UpgradeAsync(string path, string what, CancellationToken cancellationToken)
    {
        Socket? socket = null;
        var http = NewHttp(endpoint, s => socket = s);
        try
        {
            using var request = NewRequest(HttpMethod.Post, path, null);
            request.Headers.Connection.Add("Upgrade");
            request.Headers.Upgrade.Add(new ProductHeaderValue("tcp"));
            var response = await SendAsync(http, request, what, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.SwitchingProtocols)
                throw await RefusalAsync(response, what).ConfigureAwait(false);
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            return new RawConnection(http, stream, socket!);
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? body,
        string what,
        CancellationToken cancellationToken,
        params HttpStatusCode[] tolerated)
    {
        using var request = NewRequest(method, path, body);
        var response = await SendAsync(_http, request, what, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode || tolerated.Contains(response.StatusCode))
            return response;
        throw await RefusalAsync(response, what).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpClient http, HttpRequestMessage request, string what, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw EngineErrors.Silent(endpoint, what, Patience);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError)
        {
            throw EngineErrors.Unreachable(endpoint, e);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.InvalidResponse)
        {
            throw EngineErrors.NotAnEngine(endpoint, e);
        }
        catch (HttpRequestException e)
        {
            throw EngineErrors.Lost(endpoint, what, e);
        }
    }

    private async Task<T?> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, string what)
    {
        using (response)
        {
            if (response.StatusCode == HttpStatusCode.NotFound)
                return default;
            try
            {
                using var body = await response.Content.ReadAsStreamAsync().ConfigureAwait(false);
                return await JsonSerializer.DeserializeAsync(body, type).ConfigureAwait(false);
            }
            catch (JsonException e)
            {
                throw EngineErrors.NotAnEngine(endpoint, e);
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                throw EngineErrors.Lost(endpoint, what, e);
            }
        }
    }

    private static async Task<HooktrailException> RefusalAsync(HttpResponseMessage response, string what)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync().ConfigureAwait(false);
            try
            {
                text = JsonSerializer.Deserialize(text, Wire.Default.ErrorAnswer)?.Message ?? text;
            }
            catch (JsonException)
            {
                // Not the Engine's own words, but those of a proxy before it: they are passed on as they are.
            }

            return EngineErrors.Refused(what, text.Length > 0 ? text : $"status {(int)response.StatusCode}");
        }
    }

    private HttpRequestMessage NewRequest(HttpMethod method, string path, HttpContent? body) =>
        new(method, (Version is null ? "" : $"/v{Version}") + path) { Content = body };

    // No proxy from the environment may come between, and the host in the URL means nothing: the socket is what is spoken to.
    private static HttpClient NewHttp(EngineEndpoint endpoint, Action<Socket> connected) =>
        new(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = await endpoint.ConnectAsync(cancellationToken).ConfigureAwait(false);
                connected(socket);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        {
            BaseAddress = new Uri("http://docker"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
}
