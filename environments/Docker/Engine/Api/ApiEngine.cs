using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Hooktrail.Trails;

namespace Hooktrail.Docker.Engine.Api;

/// <summary>Drives an Engine through its HTTP API, with nothing but the base class library.</summary>
internal sealed class ApiEngine : IContainerEngine
{
    private readonly ApiClient _client;

    private ApiEngine(ApiClient client) => _client = client;

    /// <summary>Reaches the Engine and settles on the API version.</summary>
    public static async Task<IContainerEngine> ConnectAsync(EngineEndpoint endpoint, CancellationToken cancellationToken)
    {
        var client = new ApiClient(endpoint);
        try
        {
            client.Version = await NegotiateAsync(client, cancellationToken).ConfigureAwait(false);
            return new ApiEngine(client);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    public async Task<EngineInfo> DescribeAsync(CancellationToken cancellationToken = default)
    {
        var version = await AskVersionAsync(_client, cancellationToken).ConfigureAwait(false);
        var info = await _client.AskAsync(
            HttpMethod.Get, "/info", null, Wire.Default.InfoAnswer, "describe itself", cancellationToken).ConfigureAwait(false);
        return new EngineInfo
        {
            Endpoint = _client.Endpoint.ToString(),
            Version = version.Version,
            ApiVersion = _client.Version!,
            KernelRelease = version.KernelVersion,
            OperatingSystem = info.OperatingSystem ?? "",
            Architecture = version.Arch,
            HostName = info.Name ?? "",
            CgroupVersion = info.CgroupVersion ?? "",
            StorageDriver = info.Driver ?? "",
            SecurityFeatures = EngineWords.SecurityFeatures(info.SecurityOptions),
            Warnings = [.. info.Warnings ?? []],
            Driver = "Engine API",
        };
    }

    public async Task<bool> HasImageAsync(string reference, CancellationToken cancellationToken = default) =>
        await _client.FindAsync(
            $"/images/{Uri.EscapeDataString(reference)}/json",
            Wire.Default.ImageAnswer,
            $"look for the image {reference}",
            cancellationToken).ConfigureAwait(false) is not null;

    public async Task<NetworkDetails> CreateNetworkAsync(NetworkSpec spec, CancellationToken cancellationToken = default)
    {
        var request = new NetworkRequest(
            spec.Name,
            "bridge",
            CheckDuplicate: true,
            EnableIPv6: spec.HasIpv6,
            Internal: spec.Internal,
            spec.Subnets.IsEmpty ? null : new Ipam([.. spec.Subnets.Select(s => new IpamConfig(s.ToString(), NetworkSpec.GatewayOf(s).ToString()))]),
            spec.DriverOptions,
            spec.Labels);
        var created = await _client.AskAsync(
            HttpMethod.Post,
            "/networks/create",
            JsonContent.Create(request, Wire.Default.NetworkRequest),
            Wire.Default.CreatedAnswer,
            $"create the network {spec.Name}{spec.SubnetsInWords}",
            cancellationToken).ConfigureAwait(false);
        return await InspectNetworkAsync(created.Id, cancellationToken).ConfigureAwait(false);
    }

    public async Task<NetworkDetails> InspectNetworkAsync(string network, CancellationToken cancellationToken = default)
    {
        var answer = await _client.FindAsync(
            $"/networks/{Uri.EscapeDataString(network)}",
            Wire.Default.NetworkAnswer,
            $"show the network {network}",
            cancellationToken).ConfigureAwait(false) ?? throw EngineErrors.NoSuchNetwork(network);
        return NetworkDetails.From(
            answer.Id,
            answer.Name,
            answer.Options,
            (answer.IPAM?.Config ?? []).Select(c => (c.Subnet, c.Gateway)),
            answer.Labels);
    }

    public async Task<IContainerSession> StartAsync(ContainerSpec spec, IByteSink? standardOutput, CancellationToken cancellationToken = default)
    {
        var what = $"start the container {spec.Name} from the image {spec.Image}";
        var created = await _client.AskAsync(
            HttpMethod.Post,
            $"/containers/create?name={Uri.EscapeDataString(spec.Name)}",
            JsonContent.Create(ContainerRequests.From(spec), Wire.Default.ContainerRequest),
            Wire.Default.CreatedAnswer,
            what,
            cancellationToken).ConfigureAwait(false);
        IAttachment? attachment = null;
        ContainerSession? session = null;
        try
        {
            // Attached and waited for before the start, so that neither the first output nor the end can be missed.
            attachment = await _client.UpgradeAsync(
                $"/containers/{created.Id}/attach?stream=1&stdin=1&stdout=1&stderr=1",
                $"attach to the container {spec.Name}",
                cancellationToken).ConfigureAwait(false);
            var exit = await _client.AskLaterAsync(
                $"/containers/{created.Id}/wait?condition=removed",
                Wire.Default.ExitAnswer,
                $"wait for the container {spec.Name}",
                cancellationToken).ConfigureAwait(false);
            session = new ContainerSession(this, created.Id, spec, attachment, ExitCodeAsync(exit, spec.Name), standardOutput);
            await _client.TellAsync(HttpMethod.Post, $"/containers/{created.Id}/start", what, cancellationToken)
                .ConfigureAwait(false);
            var running = await _client.FindAsync(
                $"/containers/{created.Id}/json",
                Wire.Default.ContainerAnswer,
                $"show the container {spec.Name}",
                cancellationToken).ConfigureAwait(false);
            if (running is not { State: { Running: true, Pid: > 0 } state })
                throw await session.EndedAsync(cancellationToken).ConfigureAwait(false);
            var address = running.NetworkSettings?.Networks?.Values.FirstOrDefault();
            session.Started(state.Pid, address?.IPAddress, address?.GlobalIPv6Address);
            return session;
        }
        catch
        {
            // Nothing may be left of a start that failed, whatever the caller's token says; its error is the one to report.
            await AbandonAsync(created.Id, session, attachment).ConfigureAwait(false);
            throw;
        }
    }

    public async Task<IReadOnlyList<LabelledResource>> FindContainersAsync(
        string label, string? value = null, CancellationToken cancellationToken = default)
    {
        var found = await _client.AskAsync(
            HttpMethod.Get,
            "/containers/json?all=1&filters=" + LabelFilter(label, value),
            null,
            Wire.Default.ContainerSummaryArray,
            "list containers",
            cancellationToken).ConfigureAwait(false);
        return [.. found.Select(c => new LabelledResource(
            c.Id, c.Names.FirstOrDefault()?.TrimStart('/') ?? c.Id, c.Labels.OrEmpty()))];
    }

    public async Task<IReadOnlyList<LabelledResource>> FindNetworksAsync(
        string label, string? value = null, CancellationToken cancellationToken = default)
    {
        var found = await _client.AskAsync(
            HttpMethod.Get,
            "/networks?filters=" + LabelFilter(label, value),
            null,
            Wire.Default.NetworkAnswerArray,
            "list networks",
            cancellationToken).ConfigureAwait(false);
        return [.. found.Select(n => new LabelledResource(n.Id, n.Name, n.Labels.OrEmpty()))];
    }

    // 409: another removal is already under way, the Engine's own after the main process ended.
    public Task RemoveContainerAsync(string container, CancellationToken cancellationToken = default) =>
        _client.TellAsync(
            HttpMethod.Delete,
            $"/containers/{Uri.EscapeDataString(container)}?force=1&v=1",
            $"remove the container {container}",
            cancellationToken,
            HttpStatusCode.NotFound,
            HttpStatusCode.Conflict);

    public async Task WhenRemovedAsync(string container, CancellationToken cancellationToken = default)
    {
        var removed = await _client.AskLaterAsync(
            $"/containers/{Uri.EscapeDataString(container)}/wait?condition=removed",
            Wire.Default.ExitAnswer,
            $"wait for the container {container}",
            cancellationToken).ConfigureAwait(false);
        await removed.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task RemoveNetworkAsync(string network, CancellationToken cancellationToken = default) =>
        _client.TellAsync(
            HttpMethod.Delete,
            $"/networks/{Uri.EscapeDataString(network)}",
            $"remove the network {network}",
            cancellationToken,
            HttpStatusCode.NotFound);

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<Version> NegotiateAsync(ApiClient client, CancellationToken cancellationToken)
    {
        var answer = await AskVersionAsync(client, cancellationToken).ConfigureAwait(false);
        return ApiVersions.Negotiate(client.Endpoint, answer.Version, answer.ApiVersion, answer.MinAPIVersion);
    }

    private static Task<VersionAnswer> AskVersionAsync(ApiClient client, CancellationToken cancellationToken) =>
        client.AskAsync(HttpMethod.Get, "/version", null, Wire.Default.VersionAnswer, "give its version", cancellationToken);

    private static async Task<int> ExitCodeAsync(Task<ExitAnswer?> answer, string name) =>
        (await answer.ConfigureAwait(false))?.StatusCode
        ?? throw new HooktrailException($"The container {name} was removed by somebody else before it was started; run again.");

    private static string LabelFilter(string label, string? value) =>
        Uri.EscapeDataString(JsonSerializer.Serialize(
            new Dictionary<string, string[]> { ["label"] = [value is null ? label : $"{label}={value}"] }, Wire.Default.Filters));

    private async Task AbandonAsync(string container, ContainerSession? session, IAttachment? attachment)
    {
        try
        {
            await RemoveContainerAsync(container).ConfigureAwait(false);
        }
        catch (HooktrailException)
        {
            // The Engine is out of reach; the caller hears of it from the first error.
        }

        if (session is not null)
            await session.AbandonAsync().ConfigureAwait(false);
        else if (attachment is not null)
            await attachment.DisposeAsync().ConfigureAwait(false);
    }
}
