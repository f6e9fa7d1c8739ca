using Docker.DotNet.Models;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;
using DotNet.Testcontainers.Images;

namespace Hooktrail.Docker.Engine;

/// <summary>Attaches in <paramref name="start"/>; Testcontainers can attach only after the start.</summary>
internal sealed class AttachedContainer(IContainerConfiguration configuration, Func<string, Task> start)
    : DockerContainer(configuration)
{
    public string? CreatedId { get; private set; }

    protected override async Task UnsafeCreateAsync(CancellationToken ct = default) =>
        CreatedId = await UnsafeCreateContainerAsync(ct).ConfigureAwait(false);

    protected override Task UnsafeStartAsync(CancellationToken ct = default) => start(CreatedId!);
}

internal sealed class AttachedContainerBuilder
    : ContainerBuilder<AttachedContainerBuilder, AttachedContainer, IContainerConfiguration>
{
    private readonly Func<string, Task> _start;

    public AttachedContainerBuilder(DockerImage image, Func<string, Task> start)
        : this(new ContainerConfiguration(), start) =>
        DockerResourceConfiguration = Init().WithImage(image).DockerResourceConfiguration;

    private AttachedContainerBuilder(IContainerConfiguration configuration, Func<string, Task> start)
        : base(configuration) => (DockerResourceConfiguration, _start) = (configuration, start);

    protected override IContainerConfiguration DockerResourceConfiguration { get; }

    public override AttachedContainer Build()
    {
        Validate();
        return new(DockerResourceConfiguration, _start);
    }

    protected override AttachedContainerBuilder Clone(
        IResourceConfiguration<CreateContainerParameters> resourceConfiguration) =>
        Merge(DockerResourceConfiguration, new ContainerConfiguration(resourceConfiguration));

    protected override AttachedContainerBuilder Clone(IContainerConfiguration resourceConfiguration) =>
        Merge(DockerResourceConfiguration, new ContainerConfiguration(resourceConfiguration));

    protected override AttachedContainerBuilder Merge(
        IContainerConfiguration oldValue, IContainerConfiguration newValue) =>
        new(new ContainerConfiguration(oldValue, newValue), _start);
}
