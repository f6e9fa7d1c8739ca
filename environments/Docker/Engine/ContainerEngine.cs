using System.Net;
using Docker.DotNet;
using Docker.DotNet.Models;
using DotNet.Testcontainers.Images;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hooktrail.Docker.Engine;

/// <summary>
/// A Docker Engine, through Testcontainers, or through Docker.DotNet where Testcontainers lacks something.
/// </summary>
/// <remarks>Every refusal by the Engine becomes a <see cref="HooktrailException"/> of one sentence.</remarks>
public sealed class ContainerEngine : IAsyncDisposable
{
    private static readonly System.Version NamesAreUnique = new(1, 44);

    private readonly DockerCalls _calls;
    private readonly EngineConnection _connection;
    private readonly DockerClient _client;
    private readonly VersionResponse _version;

    private ContainerEngine(DockerCalls calls, VersionResponse version, EngineConnection connection) =>
        (_calls, _version, _connection, _client) = (calls, version, connection, connection.Open());

    /// <summary>The Engine of <c>DOCKER_HOST</c>, else of the Docker context, else of the local socket.</summary>
    /// <exception cref="HooktrailException">
    /// No Engine answers, it is too old, or this user has no access to it.
    /// </exception>
    public static Task<ContainerEngine> ConnectAsync(CancellationToken cancellationToken = default) =>
        ConnectAsync(EngineEndpoint.FromEnvironment(), cancellationToken);

    /// <exception cref="HooktrailException">
    /// No Engine answers, it is too old, or this user has no access to it.
    /// </exception>
    public static async Task<ContainerEngine> ConnectAsync(
        EngineEndpoint endpoint, CancellationToken cancellationToken = default)
    {
        TestcontainersPreferences.Begin();
        var calls = new DockerCalls(endpoint);
        using var client = new EngineConnection(endpoint, null).Open();
        var version = await calls.AskVersionAsync(client, cancellationToken).ConfigureAwait(false);
        var spoken = ApiVersions.Negotiate(endpoint, version.Version, version.APIVersion, version.MinAPIVersion);
        return new ContainerEngine(calls, version, new(endpoint, spoken));
    }

    /// <summary>Such as <c>20.10.24</c>.</summary>
    public string Release => _version.Version;

    public async Task<EngineInfo> DescribeAsync(CancellationToken cancellationToken = default)
    {
        var info = await _calls.AskAsync(
            "describe itself",
            () => _client.System.GetSystemInfoAsync(cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return new EngineInfo
        {
            Endpoint = _calls.Endpoint.ToString(),
            Version = Release,
            ApiVersion = _connection.Version!,
            KernelRelease = _version.KernelVersion ?? "",
            OperatingSystem = info.OperatingSystem,
            Architecture = _version.Arch,
            HostName = info.Name,
            CgroupVersion = info.CgroupVersion ?? "",
            StorageDriver = info.Driver,
            SecurityFeatures = EngineWords.SecurityFeatures(info.SecurityOptions),
            Warnings = [.. info.Warnings ?? []],
        };
    }

    /// <summary>Only looks for the image; never pulls it.</summary>
    public async Task<bool> HasImageAsync(string reference, CancellationToken cancellationToken = default) =>
        await _calls.FindAsync(
            $"look for the image {reference}",
            () => _client.Images.InspectImageAsync(reference, cancellationToken),
            cancellationToken,
            HttpStatusCode.NotFound).ConfigureAwait(false) is not null;

    /// <remarks>The Engine finishes a request even if its caller is gone, so it cannot be cancelled.</remarks>
    /// <exception cref="HooktrailException">
    /// The name, the bridge device or the subnet is taken, or no address pool is left.
    /// </exception>
    public async Task<NetworkDetails> CreateNetworkAsync(
        NetworkSpec spec, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var what = $"create the network {spec.Name}{spec.SubnetsInWords}";
        // Before API 1.44 an Engine gives one name to several networks, unless a parameter
        // forbids it that the client lacks.
        if (_connection.Version < NamesAreUnique
            && await NetworkExistsAsync(spec.Name, cancellationToken).ConfigureAwait(false))
            throw EngineErrors.Refused(what, $"network with name {spec.Name} already exists");
        // Not Testcontainers' network: that reveals only its name, which may be another network's too.
        var parameters = new NetworksCreateParameters
        {
            Name = spec.Name,
            Driver = "bridge",
            Options = spec.DriverOptions.ToDictionary(),
            Labels = spec.Labels.ToDictionary(),
            EnableIPv6 = spec.HasIpv6,
            Internal = spec.Internal,
            IPAM = spec.Subnets.IsEmpty
                ? null
                : new IPAM { Driver = "default", Config = [.. spec.Subnets.Select(AddressPool)] },
        };
        var created = await _calls.AskAsync(
            what,
            () => _client.Networks.CreateNetworkAsync(parameters, CancellationToken.None),
            CancellationToken.None).ConfigureAwait(false);
        // Not cancelled by the token: a caller that does not know the network cannot remove it.
        return await InspectNetworkAsync(created.ID, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>By id or name.</summary>
    public async Task<NetworkDetails> InspectNetworkAsync(string network, CancellationToken cancellationToken = default)
    {
        var answer = await _calls.FindAsync(
            $"show the network {network}",
            () => _client.Networks.InspectNetworkAsync(network, cancellationToken),
            cancellationToken,
            HttpStatusCode.NotFound).ConfigureAwait(false) ?? throw EngineErrors.NoSuchNetwork(network);
        return NetworkDetails.From(
            answer.ID,
            answer.Name,
            answer.Options,
            (answer.IPAM?.Config ?? []).Select(c => ((string?)c.Subnet, (string?)c.Gateway)),
            answer.Labels);
    }

    /// <summary>The container ends with the session: its main process must exit when its standard input ends.</summary>
    /// <remarks>The create request cannot be cancelled, as in <see cref="CreateNetworkAsync"/>.</remarks>
    /// <exception cref="ContainerRemovedException">Another program removed the container before it ran.</exception>
    /// <exception cref="HooktrailException">
    /// The image or a right is missing, the name is taken, or the process ended at once.
    /// </exception>
    public Task<ContainerSession> StartAsync(ContainerSpec spec, CancellationToken cancellationToken = default) =>
        StartAsync(spec, null, cancellationToken);

    /// <inheritdoc cref="StartAsync(ContainerSpec, CancellationToken)"/>
    public async Task<ContainerSession> StartAsync(
        ContainerSpec spec, IByteSink? standardOutput, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var what = $"start the container {spec.Name} from the image {spec.Image}";
        await TestcontainersPreferences.ApplyAsync(cancellationToken).ConfigureAwait(false);
        ContainerSession? session = null;
        var container = new AttachedContainerBuilder(Image(spec.Image), StartAsync)
            .WithDockerEndpoint(_connection)
            .WithLogger(NullLogger.Instance)
            .WithImagePullPolicy(PullPolicy.Never)
            .WithCleanUp(false)
            .WithAutoRemove(true)
            .WithName(spec.Name)
            .WithLabel(spec.Labels)
            .WithEnvironment(spec.Environment)
            .WithCreateParameterModifier(parameters => ContainerParameters.Apply(spec, parameters))
            .Build();
        try
        {
            await _calls.TellAsync(
                what, () => container.StartAsync(CancellationToken.None), cancellationToken).ConfigureAwait(false);
            var running = await FindAsync(container.CreatedId!, spec.Name, cancellationToken).ConfigureAwait(false);
            if (running?.State is not { Running: true, Pid: > 0 } state)
                throw await session!.EndedAsync(cancellationToken).ConfigureAwait(false);
            var address = running.NetworkSettings?.Networks?.Values.FirstOrDefault();
            session!.Started((int)state.Pid, address?.IPAddress, address?.GlobalIPv6Address);
            return session;
        }
        catch
        {
            // A failed start must leave nothing, even if the caller cancels. The start's error is the one to report.
            await AbandonAsync(container.CreatedId, session).ConfigureAwait(false);
            throw;
        }

        async Task StartAsync(string id)
        {
            session = await AttachAsync(id, spec, standardOutput, cancellationToken).ConfigureAwait(false);
            await _client.Containers.StartContainerAsync(
                id, new ContainerStartParameters(), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Finds running and stopped containers; with any value where <paramref name="value"/> is null.</summary>
    public async Task<IReadOnlyList<LabelledResource>> FindContainersAsync(
        string label, string? value = null, CancellationToken cancellationToken = default)
    {
        var parameters = new ContainersListParameters { All = true, Filters = LabelFilter(label, value) };
        var found = await _calls.AskAsync(
            "list containers",
            () => _client.Containers.ListContainersAsync(parameters, cancellationToken),
            cancellationToken)
            .ConfigureAwait(false);
        return [.. found.Select(c => new LabelledResource(
            c.ID, c.Names.FirstOrDefault()?.TrimStart('/') ?? c.ID, c.Labels.OrEmpty()))];
    }

    /// <summary>Finds networks; with any value where <paramref name="value"/> is null.</summary>
    public async Task<IReadOnlyList<LabelledResource>> FindNetworksAsync(
        string label, string? value = null, CancellationToken cancellationToken = default)
    {
        var parameters = new NetworksListParameters { Filters = LabelFilter(label, value) };
        var found = await _calls.AskAsync(
            "list networks", () => _client.Networks.ListNetworksAsync(parameters, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        return [.. found.Select(n => new LabelledResource(n.ID, n.Name, n.Labels.OrEmpty()))];
    }

    // 409: another removal is under way, which the Engine began after the main process ended.
    /// <summary>Kills the container first. If it is gone, or being removed, that is no error.</summary>
    public Task RemoveContainerAsync(string container, CancellationToken cancellationToken = default) =>
        _calls.TellAsync(
            $"remove the container {container}",
            () => _client.Containers.RemoveContainerAsync(
                container, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, cancellationToken),
            cancellationToken,
            HttpStatusCode.NotFound,
            HttpStatusCode.Conflict);

    // 409: the container runs, or its removal is under way.
    /// <summary>Does nothing if the container runs or is gone.</summary>
    public Task RemoveUnlessRunningAsync(string container, CancellationToken cancellationToken = default) =>
        _calls.TellAsync(
            $"remove the container {container}",
            () => _client.Containers.RemoveContainerAsync(
                container, new ContainerRemoveParameters { RemoveVolumes = true }, cancellationToken),
            cancellationToken,
            HttpStatusCode.NotFound,
            HttpStatusCode.Conflict);

    /// <summary>The main process's id in the host's pid namespace; null if it does not run or is gone.</summary>
    public async Task<int?> FindProcessAsync(string container, CancellationToken cancellationToken = default) =>
        await FindAsync(
            container,
            container,
            cancellationToken).ConfigureAwait(false) is { State: { Running: true, Pid: > 0 } state }
            ? (int)state.Pid
            : null;

    /// <summary>Waits until a container that removes itself is gone; returns at once if it is gone already.</summary>
    public async Task WhenRemovedAsync(string container, CancellationToken cancellationToken = default)
    {
        if (await FindAsync(container, container, cancellationToken).ConfigureAwait(false) is { } found)
            await ContainerEnd.WatchAsync(_client, _calls, found.ID, found.Name)
                .WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Does nothing if the network is gone already.</summary>
    /// <exception cref="HooktrailException">A container is still attached to it.</exception>
    public Task RemoveNetworkAsync(string network, CancellationToken cancellationToken = default) =>
        _calls.TellAsync(
            $"remove the network {network}",
            () => _client.Networks.DeleteNetworkAsync(network, cancellationToken),
            cancellationToken,
            HttpStatusCode.NotFound);

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private static IPAMConfig AddressPool(IPNetwork subnet) =>
        new() { Subnet = subnet.ToString(), Gateway = NetworkSpec.GatewayOf(subnet).ToString() };

    private async Task<bool> NetworkExistsAsync(string name, CancellationToken cancellationToken)
    {
        // The filter matches any part of the name.
        var parameters = new NetworksListParameters
        {
            Filters = new Dictionary<string, IDictionary<string, bool>>
            {
                ["name"] = new Dictionary<string, bool> { [name] = true }
            },
        };
        var found = await _calls.AskAsync(
            "list networks", () => _client.Networks.ListNetworksAsync(parameters, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        return found.Any(n => n.Name == name);
    }

    private static Dictionary<string, IDictionary<string, bool>> LabelFilter(string label, string? value) => new()
    {
        ["label"] = new Dictionary<string, bool> { [value is null ? label : $"{label}={value}"] = true },
    };

    private Task<ContainerInspectResponse?> FindAsync(
        string container, string name, CancellationToken cancellationToken) =>
        _calls.FindAsync(
            $"show the container {name}",
            () => _client.Containers.InspectContainerAsync(container, cancellationToken),
            cancellationToken,
            HttpStatusCode.NotFound);

    private async Task<ContainerSession> AttachAsync(
        string id, ContainerSpec spec, IByteSink? standardOutput, CancellationToken cancellationToken)
    {
        var stream = await _calls.AskAsync(
            $"attach to the container {spec.Name}",
            () => _client.Containers.AttachContainerAsync(
                id,
                new ContainerAttachParameters { Stream = true, Stdin = true, Stdout = true, Stderr = true },
                cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return new ContainerSession(this, id, spec, stream, ExitCodeAsync(), standardOutput);

        async Task<int> ExitCodeAsync() =>
            await ContainerEnd.WatchAsync(_client, _calls, id, spec.Name).ConfigureAwait(false)
            ?? throw EngineErrors.Removed(spec.Name);
    }

    // Testcontainers would parse the name with a regular expression; compiling that takes
    // longer than creating a container.
    private static DockerImage Image(string reference)
    {
        var tag = reference.IndexOf(':', reference.LastIndexOf('/') + 1);
        return tag < 0 ? new(reference, null, "latest") : new(reference[..tag], null, reference[(tag + 1)..]);
    }

    private async Task AbandonAsync(string? container, ContainerSession? session)
    {
        try
        {
            if (container is not null)
                await RemoveContainerAsync(container).ConfigureAwait(false);
        }
        catch (HooktrailException)
        {
            // The Engine is out of reach; the start's own error reports that to the caller.
        }

        if (session is not null)
            await session.AbandonAsync().ConfigureAwait(false);
    }
}
