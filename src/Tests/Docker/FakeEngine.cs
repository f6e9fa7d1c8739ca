using System.Net.Sockets;
using System.Text;
using Hooktrail.Docker.Engine;
using Hooktrail.Docker.Engine.Api;

namespace Hooktrail.Tests.Docker;

/// <summary>
/// An Engine on a unix socket that says what a test tells it to. A route is a method and a path without version and query;
/// what is asked for and has no route is answered with 501 and the route's name, so that a missing one is seen.
/// </summary>
internal sealed class FakeEngine : IAsyncDisposable
{
    private readonly Dictionary<string, Func<Stream, Task>> _routes = [];
    private readonly List<string> _asked = [];
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public FakeEngine()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(_path));
        _listener.Listen();
        _serving = ServeAsync();
        Answers("GET /version", 200, """{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12","KernelVersion":"6.1.0","Arch":"amd64"}""");
    }

    public EngineEndpoint Endpoint => EngineEndpoint.Parse("unix://" + _path);

    /// <summary>The requests so far, each as its method and whole target.</summary>
    public IReadOnlyList<string> Asked
    {
        get
        {
            lock (_asked)
                return [.. _asked];
        }
    }

    public FakeEngine Answers(string route, int status, string json) => Does(route, stream => WriteAsync(
        stream, $"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}"));

    /// <summary>Refuses as the Engine does.</summary>
    public FakeEngine Refuses(string route, int status, string message) =>
        Answers(route, status, $$"""{"message":"{{message.Replace("\"", "\\\"")}}"}""");

    /// <summary>Speaks whatever bytes the test likes; the connection is closed after.</summary>
    public FakeEngine Does(string route, Func<Stream, Task> answer)
    {
        _routes[route] = answer;
        return this;
    }

    public Task<IContainerEngine> ConnectAsync() => ApiEngine.ConnectAsync(Endpoint, CancellationToken.None);

    public static async Task WriteAsync(Stream stream, string text) => await stream.WriteAsync(Encoding.UTF8.GetBytes(text));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving;
        File.Delete(_path);
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

    /// <summary>One request a connection: every answer says so by closing it.</summary>
    private async Task ServeAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            var request = await ReadHeadAsync(stream);
            if (request is null)
                return;
            lock (_asked)
                _asked.Add(request);
            var route = System.Text.RegularExpressions.Regex.Replace(request, @" /v\d+\.\d+/|\?.*", m => m.Value[0] == ' ' ? " /" : "");
            await (_routes.GetValueOrDefault(route) ?? (s => WriteAsync(
                s, $"HTTP/1.1 501 No\r\nContent-Length: {route.Length}\r\n\r\n{route}")))(stream);
        }
        catch (IOException)
        {
            // The client went away, as some tests have it do.
        }
    }

    /// <summary>Reads one request with its body; gives «METHOD target», null where the connection was opened for nothing.</summary>
    private async Task<string?> ReadHeadAsync(Stream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
                return null;
            head.Append((char)one[0]);
        }

        var lines = head.ToString().Split("\r\n");
        var length = lines.Select(l => l.Split(": ")).Where(l => l[0].Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            .Select(l => int.Parse(l[1])).FirstOrDefault();
        await stream.ReadExactlyAsync(new byte[length], _stop.Token);
        if (lines.Any(l => l.Equals("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase)))
            await ReadChunksAsync(stream);
        return string.Join(' ', lines[0].Split(' ').Take(2));
    }

    private async Task ReadChunksAsync(Stream stream)
    {
        var last = new byte[5];
        while (!last.AsSpan().SequenceEqual("0\r\n\r\n"u8))
        {
            last.AsSpan(1).CopyTo(last);
            await stream.ReadExactlyAsync(last.AsMemory(4), _stop.Token);
        }
    }
}
