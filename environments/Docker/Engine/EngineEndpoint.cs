using System.Net;
using System.Net.Sockets;
using Hooktrail.Trails;

namespace Hooktrail.Docker.Engine;

/// <summary>Where an Engine listens: a unix socket or, without TLS, a TCP port.</summary>
public sealed record EngineEndpoint
{
    private const string DefaultSocket = "/var/run/docker.sock";

    private readonly EndPoint _address;

    private EngineEndpoint(Uri uri, EndPoint address)
    {
        Uri = uri;
        _address = address;
    }

    /// <summary>The endpoint as <c>DOCKER_HOST</c> writes it.</summary>
    public Uri Uri { get; }

    /// <summary>The path of the unix socket; null for TCP.</summary>
    public string? SocketPath => (_address as UnixDomainSocketEndPoint)?.ToString();

    /// <summary>Whether it is the socket of this machine's own Engine, as far as a name can tell.</summary>
    public bool IsDefault => SocketPath is DefaultSocket or "/run/docker.sock";

    /// <summary>The endpoint that <c>DOCKER_HOST</c> names, or else the local socket.</summary>
    public static EngineEndpoint FromEnvironment() => FromEnvironment(Environment.GetEnvironmentVariable);

    /// <summary>The same for any environment.</summary>
    internal static EngineEndpoint FromEnvironment(Func<string, string?> variable)
    {
        var host = variable("DOCKER_HOST");
        if (string.IsNullOrWhiteSpace(host))
            return Parse("unix://" + DefaultSocket);
        if (host.StartsWith("tcp:", StringComparison.Ordinal) && !string.IsNullOrEmpty(variable("DOCKER_TLS_VERIFY")))
        {
            throw new HooktrailException(
                $"DOCKER_HOST={host} with DOCKER_TLS_VERIFY asks for TLS, which is not supported: " +
                "forward the Engine's socket, for instance with ssh -L, and name the local end as unix:///path.");
        }

        return Parse(host);
    }

    /// <summary>Reads <c>unix:///path</c> or <c>tcp://host[:port]</c> (port 2375 where none is named).</summary>
    /// <exception cref="HooktrailException">It is neither.</exception>
    public static EngineEndpoint Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri))
            throw NotUnderstood(text);

        switch (uri.Scheme)
        {
            case "unix" when uri.AbsolutePath is { Length: > 1 } path && uri.Host.Length == 0:
                try
                {
                    return new EngineEndpoint(uri, new UnixDomainSocketEndPoint(Uri.UnescapeDataString(path)));
                }
                catch (ArgumentOutOfRangeException e)
                {
                    throw new HooktrailException(
                        $"The path of the Docker socket {text} is longer than the kernel allows (107 bytes): use a shorter one.", e);
                }
            case "tcp" when uri.Host.Length > 0:
                return new EngineEndpoint(uri, new DnsEndPoint(uri.DnsSafeHost, uri.Port > 0 ? uri.Port : 2375));
            case "ssh" or "npipe":
                throw new HooktrailException(
                    $"The Docker endpoint {text} is not supported ({uri.Scheme}): set DOCKER_HOST to unix:///path or tcp://host:port, " +
                    "for instance a socket forwarded with ssh -L.");
            default:
                throw NotUnderstood(text);
        }
    }

    /// <summary>Opens a connection.</summary>
    /// <exception cref="SocketException">Nothing listens there, or this user may not connect.</exception>
    internal async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = _address is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(_address, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Uri.OriginalString;

    private static HooktrailException NotUnderstood(string text) =>
        new($"The Docker endpoint «{text}» is not understood: set DOCKER_HOST to unix:///path or tcp://host:port.");
}
