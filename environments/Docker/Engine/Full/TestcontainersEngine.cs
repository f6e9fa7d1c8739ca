using System.Net;
using Docker.DotNet;
using Docker.DotNet.Models;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using DotNet.Testcontainers.Images;
using Hooktrail.Trails;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hooktrail.Docker.Engine.Full;

/// <summary>
/// Drives an Engine through Testcontainers, and through Docker.DotNet beneath it for what Testcontainers has no word for.
/// Testcontainers' reaper is left out: a container here ends with its session, and a registry may be out of reach.
/// </summary>
internal sealed class TestcontainersEngine : IContainerEngine
{
    private static readonly System.Version NamesAreUnique = new(1, 44);

    private readonly DockerCalls _calls;
    private readonly DockerClient _client;
    private readonly System.Version _apiVersion;

    private TestcontainersEngine(DockerCalls calls, System.Version apiVersion) =>
        (_calls, _apiVersion, _client) = (calls, apiVersion, calls.NewClient(apiVersion));

    /// <summary>Reaches the Engine and settles on the API version.</summary>
    public static async Task<IContainerEngine> ConnectAsync(EngineEndpoint endpoint, CancellationToken cancellationToken)
    {
        var calls = new DockerCalls(endpoint);
        using var client = calls.NewClient(null);
        var version = await calls.AskAsync(
            "give its version", () => client.System.GetVersionAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        var apiVersion = ApiVersions.Negotiate(endpoint, version.Version, version.APIVersion, version.MinAPIVersion);

        // Testcontainers speaks one API version per process, which it reads here when its first type is touched.
        Environment.SetEnvironmentVariable("DOCKER_API_VERSION", apiVersion.ToString());
        return new TestcontainersEngine(calls, apiVersion);
    }

    public async Task<EngineInfo> DescribeAsync(CancellationToken cancellationToken = default)
    {
        var version = await _calls.AskAsync(
            "give its version", () => _client.System.GetVersionAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        var info = await _calls.AskAsync(
            "describe itself", () => _client.System.GetSystemInfoAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        return new EngineInfo
        {
            Endpoint = _calls.Endpoint.ToString(),
            Version = version.Version,
            ApiVersion = _apiVersion,
            KernelRelease = version.KernelVersion ?? "",
            OperatingSystem = info.OperatingSystem,
            Architecture = version.Arch,
            HostName = info.Name,
            CgroupVersion = info.CgroupVersion ?? "",
            StorageDriver = info.Driver,
            SecurityFeatures = EngineWords.SecurityFeatures(info.SecurityOptions),
            Warnings = [.. info.Warnings ?? []],
            Driver = "Testcontainers",
        };
    }

    public async Task<bool> HasImageAsync(string reference, CancellationToken cancellationToken = default)
    {
        try
        {
            await _client.Images.InspectImageAsync(reference, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (DockerImageNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (_calls.Explain($"look for the image {reference}", e, cancellationToken) is { } told)
        {
            throw told;
        }
    }

    public async Task<NetworkDetails> CreateNetworkAsync(NetworkSpec spec, CancellationToken cancellationToken = default)
    {
        // Not Testcontainers' network: it does not tell the id, and an Engine before API 1.44 gives one name to several
        // networks unless it is told not to, for which the client has no word left.
        var what = $"create the network {spec.Name}{spec.SubnetsInWords}";
        if (_apiVersion < NamesAreUnique && await NetworkExistsAsync(spec.Name, cancellationToken).ConfigureAwait(false))
            throw EngineErrors.Refused(what, $"network with name {spec.Name} already exists");
        var parameters = new NetworksCreateParameters
        {
            Name = spec.Name,
            Driver = "bridge",
            Options = spec.DriverOptions.ToDictionary(),
            Labels = spec.Labels.ToDictionary(),
            EnableIPv6 = spec.HasIpv6,
            Internal = spec.Internal,
            IPAM = spec.Subnets.IsEmpty ? null : new IPAM { Driver = "default", Config = [.. spec.Subnets.Select(AddressPool)] },
        };
        var created = await _calls.AskAsync(
            what, () => _client.Networks.CreateNetworkAsync(parameters, cancellationToken), cancellationToken).ConfigureAwait(false);
        return await InspectNetworkAsync(created.ID, cancellationToken).ConfigureAwait(false);
    }

    public async Task<NetworkDetails> InspectNetworkAsync(string network, CancellationToken cancellationToken = default)
    {
        try
        {
            var answer = await _client.Networks.InspectNetworkAsync(network, cancellationToken).ConfigureAwait(false);
            return NetworkDetails.From(
                answer.ID,
                answer.Name,
                answer.Options,
                (answer.IPAM?.Config ?? []).Select(c => ((string?)c.Subnet, (string?)c.Gateway)),
                answer.Labels);
        }
        catch (DockerNetworkNotFoundException)
        {
            throw EngineErrors.NoSuchNetwork(network);
        }
        catch (Exception e) when (_calls.Explain($"show the network {network}", e, cancellationToken) is { } told)
        {
            throw told;
        }
    }

    public async Task<IContainerSession> StartAsync(ContainerSpec spec, IByteSink? standardOutput, CancellationToken cancellationToken = default)
    {
        var what = $"start the container {spec.Name} from the image {spec.Image}";
        var container = new ContainerBuilder(spec.Image)
            .WithDockerEndpoint(_calls.Endpoint.Uri)
            .WithLogger(NullLogger.Instance)
            .WithImagePullPolicy(PullPolicy.Never)
            .WithCleanUp(false)
            .WithAutoRemove(true)
            .WithName(spec.Name)
            .WithLabel(spec.Labels)
            .WithEnvironment(spec.Environment)
            .WithCreateParameterModifier(parameters => ContainerParameters.Apply(spec, parameters))
            .Build();
        ContainerSession? session = null;

        // The one moment between creation and start that Testcontainers lets others act in. Its event is synchronous, hence
        // the blocking wait; attached any later, the process's first output would be lost.
        container.Created += (_, _) => session = AttachAsync(container, spec, standardOutput, cancellationToken).GetAwaiter().GetResult();
        try
        {
            await container.StartAsync(cancellationToken).ConfigureAwait(false);
            var running = await _client.Containers.InspectContainerAsync(container.Id, cancellationToken).ConfigureAwait(false);
            if (running.State is not { Running: true, Pid: > 0 } state)
                throw await session!.EndedAsync(cancellationToken).ConfigureAwait(false);
            var address = running.NetworkSettings?.Networks?.Values.FirstOrDefault();
            session!.Started((int)state.Pid, address?.IPAddress, address?.GlobalIPv6Address);
            return session;
        }
        catch (Exception e)
        {
            var told = session is not null && IsGone(e)
                ? await session.EndedAsync(cancellationToken).ConfigureAwait(false)
                : e as HooktrailException ?? _calls.Explain(what, e, cancellationToken);
            await AbandonAsync(session).ConfigureAwait(false);
            if (told is not null)
                throw told;
            throw;
        }
    }

    public async Task<IReadOnlyList<LabelledResource>> FindContainersAsync(
        string label, string? value = null, CancellationToken cancellationToken = default)
    {
        var parameters = new ContainersListParameters { All = true, Filters = LabelFilter(label, value) };
        var found = await _calls.AskAsync(
            "list containers", () => _client.Containers.ListContainersAsync(parameters, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        return [.. found.Select(c => new LabelledResource(
            c.ID, c.Names.FirstOrDefault()?.TrimStart('/') ?? c.ID, c.Labels.OrEmpty()))];
    }

    public async Task<IReadOnlyList<LabelledResource>> FindNetworksAsync(
        string label, string? value = null, CancellationToken cancellationToken = default)
    {
        var parameters = new NetworksListParameters { Filters = LabelFilter(label, value) };
        var found = await _calls.AskAsync(
            "list networks", () => _client.Networks.ListNetworksAsync(parameters, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        return [.. found.Select(n => new LabelledResource(n.ID, n.Name, n.Labels.OrEmpty()))];
    }

    public async Task RemoveContainerAsync(string container, CancellationToken cancellationToken = default)
    {
        try
        {
            var parameters = new ContainerRemoveParameters { Force = true, RemoveVolumes = true };
            await _client.Containers.RemoveContainerAsync(container, parameters, cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException e) when (e.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            // Gone already, or another removal is under way: the Engine's own after the main process ended.
        }
        catch (Exception e) when (_calls.Explain($"remove the container {container}", e, cancellationToken) is { } told)
        {
            throw told;
        }
    }

    public async Task WhenRemovedAsync(string container, CancellationToken cancellationToken = default)
    {
        try
        {
            var found = await _client.Containers.InspectContainerAsync(container, cancellationToken).ConfigureAwait(false);
            await ContainerEnd.WatchAsync(_client, _calls, found.ID, found.Created, found.Name).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DockerContainerNotFoundException)
        {
            // Gone already.
        }
        catch (Exception e) when (_calls.Explain($"wait for the container {container}", e, cancellationToken) is { } told)
        {
            throw told;
        }
    }

    public async Task RemoveNetworkAsync(string network, CancellationToken cancellationToken = default)
    {
        try
        {
            await _client.Networks.DeleteNetworkAsync(network, cancellationToken).ConfigureAwait(false);
        }
        catch (DockerNetworkNotFoundException)
        {
            // Gone already.
        }
        catch (Exception e) when (_calls.Explain($"remove the network {network}", e, cancellationToken) is { } told)
        {
            throw told;
        }
    }

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
            Filters = new Dictionary<string, IDictionary<string, bool>> { ["name"] = new Dictionary<string, bool> { [name] = true } },
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

    private async Task<ContainerSession> AttachAsync(
        IContainer container, ContainerSpec spec, IByteSink? standardOutput, CancellationToken cancellationToken)
    {
        var stream = await _calls.AskAsync(
            $"attach to the container {spec.Name}",
            () => _client.Containers.AttachContainerAsync(
                container.Id,
                new ContainerAttachParameters { Stream = true, Stdin = true, Stdout = true, Stderr = true },
                cancellationToken),
            cancellationToken).ConfigureAwait(false);
        var end = ContainerEnd.WatchAsync(_client, _calls, container.Id, container.CreatedTime, spec.Name);
        return new ContainerSession(this, container.Id, spec, new MultiplexedAttachment(stream), end, standardOutput);
    }

    /// <summary>Whether the failure is that the container has ended, and so removed itself, before Testcontainers looked at it.</summary>
    private static bool IsGone(Exception error) =>
        error is ContainerNotRunningException
        || (error is DockerContainerNotFoundException { ResponseBody: { } body } && body.Contains("No such container"));

    /// <summary>Nothing may be left of a start that failed, whatever the caller's token says; its error is the one to report.</summary>
    private async Task AbandonAsync(ContainerSession? session)
    {
        if (session is null)
            return;
        try
        {
            await RemoveContainerAsync(session.Id).ConfigureAwait(false);
        }
        catch (HooktrailException)
        {
            // The Engine is out of reach; the caller hears of it from the first error.
        }

        await session.AbandonAsync().ConfigureAwait(false);
    }
}
