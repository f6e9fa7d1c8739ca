using Docker.DotNet.Models;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;

namespace Hooktrail.Docker.Engine;

/// <summary>
/// A container that is attached to between its creation and its start. Testcontainers' look at whether it is ready is left
/// out: it asks for the logs of a container that has ended, and these keep none.
/// </summary>
internal sealed class AttachedContainer(IContainerConfiguration configuration, Func<AttachedContainer, CancellationToken, Task> attach)
    : DockerContainer(configuration)
{
    /// <summary>The container's id from its creation on; null before.</summary>
    public string? CreatedId { get; private set; }

    protected override async Task<string> UnsafeCreateContainerAsync(CancellationToken ct = default) =>
        CreatedId = await base.UnsafeCreateContainerAsync(ct).ConfigureAwait(false);

    protected override async Task UnsafeStartAsync(CancellationToken ct = default)
    {
        await attach(this, ct).ConfigureAwait(false);
        await UnsafeStartContainerAsync(ct).ConfigureAwait(false);
    }
}

/// <summary>Builds an <see cref="AttachedContainer"/>.</summary>
internal sealed class AttachedContainerBuilder
    : ContainerBuilder<AttachedContainerBuilder, AttachedContainer, IContainerConfiguration>
{
    private readonly Func<AttachedContainer, CancellationToken, Task> _attach;

    public AttachedContainerBuilder(string image, Func<AttachedContainer, CancellationToken, Task> attach)
        : this(new ContainerConfiguration(), attach) => DockerResourceConfiguration = Init().WithImage(image).DockerResourceConfiguration;

    private AttachedContainerBuilder(IContainerConfiguration configuration, Func<AttachedContainer, CancellationToken, Task> attach)
        : base(configuration) => (DockerResourceConfiguration, _attach) = (configuration, attach);

    protected override IContainerConfiguration DockerResourceConfiguration { get; }

    public override AttachedContainer Build()
    {
        Validate();
        return new(DockerResourceConfiguration, _attach);
    }

    protected override AttachedContainerBuilder Clone(IResourceConfiguration<CreateContainerParameters> resourceConfiguration) =>
        Merge(DockerResourceConfiguration, new ContainerConfiguration(resourceConfiguration));

    protected override AttachedContainerBuilder Clone(IContainerConfiguration resourceConfiguration) =>
        Merge(DockerResourceConfiguration, new ContainerConfiguration(resourceConfiguration));

    protected override AttachedContainerBuilder Merge(IContainerConfiguration oldValue, IContainerConfiguration newValue) =>
        new(new ContainerConfiguration(oldValue, newValue), _attach);
}
