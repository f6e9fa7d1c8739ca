using System.Net.Sockets;
using System.Text.Json;
using Docker.DotNet;

namespace Hooktrail.Docker.Engine;

public sealed record EngineEndpoint
{
    private const string DefaultSocket = "/var/run/docker.sock";

    private readonly string _text;

    private EngineEndpoint(string text, Uri uri) => (_text, Uri) = (text, uri);

    public Uri Uri { get; }

    /// <summary>Null for TCP.</summary>
    public string? SocketPath { get; private init; }

    /// <summary>The folder of <c>ca.pem</c>, <c>cert.pem</c> and <c>key.pem</c>; null without TLS.</summary>
    public string? Certificates { get; private init; }

    /// <summary>Whether it looks like the socket of this machine's Engine.</summary>
    public bool IsDefault => SocketPath is DefaultSocket or "/run/docker.sock";

    /// <summary>As <c>docker</c> does: <c>DOCKER_HOST</c>, else the Docker context, else the local socket.</summary>
    /// <exception cref="HooktrailException">
    /// The address is of an unsupported kind, or the context cannot be read.
    /// </exception>
    public static EngineEndpoint FromEnvironment() => FromEnvironment(Environment.GetEnvironmentVariable);

    internal static EngineEndpoint FromEnvironment(Func<string, string?> variable)
    {
        var config = new DockerConfig(new Settings(variable));
        var host = variable("DOCKER_HOST");
        var certificates = string.IsNullOrEmpty(variable("DOCKER_TLS_VERIFY")) ? null
            : variable("DOCKER_CERT_PATH") is { Length: > 0 } path ? path : Path.GetDirectoryName(config.FullName);
        return Parse(string.IsNullOrWhiteSpace(host) ? OfContext(config) : host, certificates);
    }

    /// <summary>
    /// Reads <c>unix:///path</c> or <c>tcp://host[:port]</c>; without a port it is 2375, or 2376 with TLS.
    /// </summary>
    /// <exception cref="HooktrailException">The text has neither form.</exception>
    public static EngineEndpoint Parse(string text, string? certificates = null)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri))
            throw NotUnderstood(text);

        switch (uri.Scheme)
        {
            case "unix" when uri.AbsolutePath is { Length: > 1 } && uri.Host.Length == 0:
                try
                {
                    return new(text, uri) { SocketPath = new UnixDomainSocketEndPoint(uri.LocalPath).ToString() };
                }
                catch (ArgumentOutOfRangeException e)
                {
                    throw new HooktrailException(
                        $"The path of the Docker socket {text} is longer than the kernel allows (107 bytes): use a shorter path.",
                        e);
                }
            case "tcp" when uri.Host.Length > 0:
                var port = uri.Port > 0 ? uri.Port : certificates is null ? 2375 : 2376;
                return new(text, new UriBuilder(uri) { Port = port }.Uri) { Certificates = certificates };
            case "ssh" or "npipe":
                throw new HooktrailException(
                    $"The Docker endpoint {text} is not supported ({uri.Scheme}): set DOCKER_HOST to unix:///path or tcp://host:port, " +
                    "for instance a socket forwarded with ssh -L.");
            default:
                throw NotUnderstood(text);
        }
    }

    public override string ToString() => _text;

    private static string OfContext(DockerConfig config)
    {
        try
        {
            return config.GetEndpoint().OriginalString;
        }
        catch (Exception e)
            when (e is DockerConfigurationException or JsonException or IOException or UnauthorizedAccessException)
        {
            throw new HooktrailException(
                $"The Docker configuration {config.FullName} does not contain a valid Engine address ({e.Message.TrimEnd('.')}): " +
                "correct it (docker context ls), or set DOCKER_HOST.",
                e);
        }
    }

    private static HooktrailException NotUnderstood(string text) =>
        new($"The Docker endpoint «{text}» is not understood: set DOCKER_HOST to unix:///path or tcp://host:port.");

    private sealed class Settings(Func<string, string?> variable) : IDockerCliSettings
    {
        public string? DockerConfig => variable("DOCKER_CONFIG");

        public string? DockerHost => null; // this class reads it and explains what is wrong with it

        public string? DockerTlsVerify => variable("DOCKER_TLS_VERIFY");

        public string? DockerContext => variable("DOCKER_CONTEXT");
    }
}
