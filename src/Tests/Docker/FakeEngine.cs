using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Hooktrail.Docker.Engine;

namespace Hooktrail.Tests.Docker;

/// <summary>A route is a method and a path without version and query; a missing one gets 501.</summary>
internal sealed partial class FakeEngine : IAsyncDisposable
{
    private readonly Dictionary<string, Func<Stream, Task>> _routes = [];
    private readonly List<(string Head, string Body)> _asked = [];
    private readonly Socket _listener;
    private readonly Func<Stream, Task<Stream>> _secure = Task.FromResult;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;
    private Version _newest = new(1, 41);
    private Version _oldest = new(1, 12);

    public FakeEngine()
        : this(new UnixDomainSocketEndPoint(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName())))
    {
    }

    /// <summary>With TLS; asks for the client's certificate as <c>dockerd --tlsverify</c> does.</summary>
    public FakeEngine(X509Certificate2 certificate, RemoteCertificateValidationCallback accepts)
        : this(IPAddress.Loopback) => _secure = async stream =>
        {
            var secure = new SslStream(stream, leaveInnerStreamOpen: false, accepts);
            await secure.AuthenticateAsServerAsync(
                certificate, clientCertificateRequired: true, checkCertificateRevocation: false);
            return secure;
        };

    public FakeEngine(IPAddress address)
        : this(new IPEndPoint(address, 0))
    {
    }

    private FakeEngine(EndPoint address)
    {
        _listener = new(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(address);
        _listener.Listen();
        Address = _listener.LocalEndPoint is IPEndPoint port ? $"tcp://{port}" : $"unix://{address}";
        _serving = ServeAsync();
        Speaks("20.10.24", "1.41", "1.12");
        Answers("GET /_ping", 200, "OK");
        Answers("GET /info", 200, "{}");
        Answers("GET /images/hooktrail/lab:latest/json", 200, """{"Id":"sha256:0"}""");
        Answers("GET /networks", 200, "[]");
    }

    /// <summary>As <c>DOCKER_HOST</c> writes it.</summary>
    public string Address { get; }

    public EngineEndpoint Endpoint => EngineEndpoint.Parse(Address);

    /// <summary>Each as its method and whole target.</summary>
    public IReadOnlyList<string> Asked
    {
        get
        {
            lock (_asked)
                return [.. _asked.Select(request => request.Head)];
        }
    }

    /// <summary>Of the first such request.</summary>
    public string BodyOf(string route)
    {
        lock (_asked)
            return _asked.First(request => RouteOf(request.Head) == route).Body;
    }

    /// <summary>Refuses API versions out of the range, as the Engine does.</summary>
    public FakeEngine Speaks(string release, string newest, string oldest)
    {
        (_newest, _oldest) = (Version.Parse(newest), Version.Parse(oldest));
        return Answers(
            "GET /version",
            200,
            $$"""{"Version":"{{release}}","ApiVersion":"{{newest}}","MinAPIVersion":"{{oldest}}","KernelVersion":"6.1.0","Arch":"amd64"}""");
    }

    public FakeEngine Answers(string route, int status, string json) =>
        Does(route, stream => WriteAsync(stream, Response(status, json)));

    public FakeEngine Refuses(string route, int status, string message) => Answers(route, status, Refusal(message));

    /// <summary>The connection is closed after the answer.</summary>
    public FakeEngine Does(string route, Func<Stream, Task> answer)
    {
        _routes[route] = answer;
        return this;
    }

    /// <summary>The container does what <paramref name="process"/> does, and is then gone with exit code 1.</summary>
    public FakeEngine Runs(string id, Func<Stream, Task> process)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Answers("POST /containers/create", 201, $$"""{"Id":"{{id}}","Warnings":[]}""");
        Answers($"DELETE /containers/{id}", 204, "");
        Does($"POST /containers/{id}/attach", async stream =>
        {
            await WriteAsync(stream, "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
            await process(stream);
            ended.SetResult();
        });
        Does($"POST /containers/{id}/start", stream =>
        {
            started.SetResult();
            return WriteAsync(stream, Response(204, ""));
        });
        Does(
            $"GET /containers/{id}/json",
            stream => WriteAsync(stream, started.Task.IsCompleted && ended.Task.IsCompleted
                ? Response(404, Refusal($"No such container: {id}"))
                : Response(200, Json(id, started.Task.IsCompleted ? "running" : "created"))));
        return Does("GET /events", async stream =>
        {
            await WriteAsync(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n\r\n");
            await Task.WhenAll(started.Task, ended.Task).WaitAsync(_stop.Token);
            await WriteAsync(
                stream, """{"Type":"container","Action":"die","Actor":{"Attributes":{"exitCode":"1"}}}""" + "\n");
            await WriteAsync(stream, """{"Type":"container","Action":"destroy","Actor":{"Attributes":{}}}""" + "\n");
        });
    }

    public Task<ContainerEngine> ConnectAsync() => ContainerEngine.ConnectAsync(Endpoint);

    public static async Task WriteAsync(Stream stream, string text) =>
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        var socket = (_listener.LocalEndPoint as UnixDomainSocketEndPoint)?.ToString();
        _listener.Dispose();
        await _serving;
        if (socket is not null)
            File.Delete(socket);
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(ServeAsync(await _listener.AcceptAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    /// <summary>One request a connection, as every answer says in its head.</summary>
    private async Task ServeAsync(Socket socket)
    {
        await using var plain = new NetworkStream(socket, ownsSocket: true);
        try
        {
            await using var stream = await _secure(plain);
            if (await ReadAsync(stream) is not { } request)
            {
                await WriteAsync(stream, Response(400, ""));
                return;
            }

            lock (_asked)
                _asked.Add(request);
            var route = RouteOf(request.Head);
            await (Mismatch(request.Head) is { } mismatch ? WriteAsync(stream, Response(400, Refusal(mismatch)))
                : _routes.TryGetValue(route, out var answer) ? answer(stream)
                : WriteAsync(stream, Response(501, route)));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException
            or System.Security.Authentication.AuthenticationException)
        {
            // The client went away, or the test is over.
        }
    }

    private string? Mismatch(string head) =>
        VersionIn().Match(head) is not { Success: true } match ? null
        : Version.Parse(match.Groups[1].Value) is var asked && asked < _oldest
        ? $"client version {asked} is too old. Minimum supported API version is {_oldest}"
        : asked > _newest ? $"client version {asked} is too new. Maximum supported API version is {_newest}"
        : null;

    private static string RouteOf(string head) => VersionIn().Replace(head, " ").Split('?')[0];

    private static string Response(int status, string body) =>
        $"HTTP/1.1 {status} Said\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    private static string Json(string id, string status) => $$"""
        {"Id":"{{id}}","Name":"/client","Created":"2026-01-02T03:04:05Z","Config":{"Tty":false},
        "State":{"Status":"{{status}}","Running":{{(status == "running" ? "true" : "false")}},"Pid":42},
        "NetworkSettings":{"Networks":{"none":{"IPAddress":"198.18.0.2"} } } }
        """;

    private static string Refusal(string message) => $$"""{"message":"{{message.Replace("\"", "\\\"")}}"}""";

    /// <summary>The head is «METHOD target»; null for anything else, such as TLS.</summary>
    private async Task<(string Head, string Body)?> ReadAsync(Stream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0 || one[0] == 0x16)
                return null;
            head.Append((char)one[0]);
        }

        var lines = head.ToString().Split("\r\n");
        var body = new byte[lines.Select(l => l.Split(": "))
            .Where(l => l[0].Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            .Select(l => int.Parse(l[1])).FirstOrDefault()];
        await stream.ReadExactlyAsync(body, _stop.Token);
        return (string.Join(' ', lines[0].Split(' ').Take(2)), Encoding.UTF8.GetString(body));
    }

    [GeneratedRegex(@" /v(\d+\.\d+)(?=/)")]
    private static partial Regex VersionIn();
}
