using System.Net.Security;
using System.Security.Cryptography;
using Docker.DotNet;
using Docker.DotNet.Handler.Abstractions;
using Docker.DotNet.LegacyHttp;
using Docker.DotNet.Unix;
using Docker.DotNet.X509;
using DotNet.Testcontainers.Configurations;
using Microsoft.Net.Http.Client;

namespace Hooktrail.Docker.Engine;

internal sealed class EngineConnection : IDockerEndpointAuthenticationConfiguration
{
    private readonly EngineEndpoint _endpoint;

    /// <exception cref="HooktrailException">A certificate for TLS cannot be read.</exception>
    public EngineConnection(EngineEndpoint endpoint, Version? version)
    {
        (_endpoint, Version) = (endpoint, version);
        AuthProvider = endpoint.Certificates is { } folder ? Credentials(endpoint, folder) : null;
    }

    /// <summary>The limit for one request. Creating and starting a container takes well under a second.</summary>
    public static TimeSpan Patience => Allowance.For(TimeSpan.FromSeconds(60));

    public Version? Version { get; }

    public Uri Endpoint => _endpoint.Uri;

    public IAuthProvider? AuthProvider { get; }

    public DockerClient Open() => GetDockerClientBuilder().Build();

    public DockerClientBuilder GetDockerClientBuilder(Guid sessionId = default)
    {
        var builder = new DockerClientBuilder()
            .WithEndpoint(Endpoint)
            .WithApiVersion(Version)
            .WithTimeout(Patience)
            .WithAuthProvider(AuthProvider);
        return _endpoint.SocketPath is null
            ? builder.WithTransportOptions(new LegacyHttpTransportOptions { ConfigureHandler = SpeakToNoOther })
            : builder.WithTransportOptions(new UnixSocketTransportOptions { ConfigureHandler = SpeakToNoOther });
    }

    // Neither the environment's proxy nor a redirection by a server that is no Engine may lead to another host.
    private static void SpeakToNoOther(ManagedHandler handler) =>
        (handler.UseProxy, handler.RedirectMode) = (false, RedirectMode.None);

    // Docker.DotNet's own credentials trust every certificate of the CA and do not check its name.
    private static CertificateCredentials Credentials(EngineEndpoint endpoint, string folder)
    {
        try
        {
            var trust = DockerTlsCertificates.CreateCertificateAuthorityValidationCallback(
                DockerTlsCertificates.LoadCertificateAuthorityFromPemFile(Path.Combine(folder, "ca.pem")));
            return new(DockerTlsCertificates.LoadCertificateFromPemFiles(
                Path.Combine(folder, "cert.pem"), Path.Combine(folder, "key.pem")))
            {
                ServerCertificateValidationCallback = (sender, certificate, chain, errors) =>
                    (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) == 0
                    && trust(sender, certificate, chain, errors),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw EngineErrors.NoCertificates(endpoint, folder, e);
        }
    }
}
