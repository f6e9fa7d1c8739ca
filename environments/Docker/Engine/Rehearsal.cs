using Docker.DotNet;
using Docker.DotNet.Handler.Abstractions;

namespace Hooktrail.Docker.Engine;

/// <summary>Has .NET compile the Engine's JSON early, which would take half of the first start.</summary>
internal sealed class Rehearsal : HttpMessageHandler, IAuthProvider
{
    private const string Answer = """
        {"Id":"0","RepoTags":[],"Created":"2026-01-02T03:04:05Z","State":{"Running":true},"Config":{"Env":[],"Labels":{}},"HostConfig":{"CapAdd":[]},
        "NetworkSettings":{"Networks":{"none":{"IPAddress":""} } } }
        """;

    /// <summary>Runs in the background.</summary>
    public static void Begin() => Task.Run(async () =>
    {
        using var client = new DockerClientBuilder().WithEndpoint(new Uri("unix:///rehearsal")).WithAuthProvider(new Rehearsal()).Build();
        var parameters = new global::Docker.DotNet.Models.CreateContainerParameters();
        ContainerParameters.Apply(new ContainerSpec { Name = "none", Image = "none", Command = ["none"] }, parameters);
        await client.Images.InspectImageAsync("none").ConfigureAwait(false);
        await client.Containers.CreateContainerAsync(parameters).ConfigureAwait(false);
        await client.Containers.InspectContainerAsync("none").ConfigureAwait(false);
    });

    public bool TlsEnabled => false;

    public HttpMessageHandler ConfigureHandler(HttpMessageHandler handler) => this;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.FromResult(new HttpResponseMessage { Content = new StringContent(Answer) });
}
