using System.Text.Json.Serialization;

namespace Hooktrail.Docker.Engine.Api;

// The parts of the Engine API's documents that are used, named as the API names them (API 1.41, docs.docker.com/engine/api).

internal sealed record VersionAnswer(string Version, string ApiVersion, string? MinAPIVersion, string KernelVersion, string Arch);

internal sealed record InfoAnswer(
    string? OperatingSystem, string? Name, string? CgroupVersion, string? Driver, string[]? SecurityOptions, string[]? Warnings);

internal sealed record ErrorAnswer([property: JsonPropertyName("message")] string? Message);

internal sealed record ImageAnswer(string Id);

internal sealed record CreatedAnswer(string Id);

internal sealed record ExitAnswer(int StatusCode, ExitError? Error);

internal sealed record ExitError(string? Message);

internal sealed record NetworkRequest(
    string Name,
    string Driver,
    bool CheckDuplicate,
    bool EnableIPv6,
    bool Internal,
    Ipam? IPAM,
    IReadOnlyDictionary<string, string> Options,
    IReadOnlyDictionary<string, string> Labels);

internal sealed record Ipam(IpamConfig[]? Config);

internal sealed record IpamConfig(string? Subnet, string? Gateway = null);

internal sealed record NetworkAnswer(
    string Id, string Name, Ipam? IPAM, Dictionary<string, string>? Options, Dictionary<string, string>? Labels);

internal sealed record ContainerRequest
{
    public required string Image { get; init; }
    public required string[] Entrypoint { get; init; }
    public required string[] Cmd { get; init; }
    public required string[] Env { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public required HostConfig HostConfig { get; init; }
    public NetworkingConfig? NetworkingConfig { get; init; }
    public required Dictionary<string, NoOptions> ExposedPorts { get; init; }
    public bool AttachStdin { get; init; } = true;
    public bool AttachStdout { get; init; } = true;
    public bool AttachStderr { get; init; } = true;
    public bool OpenStdin { get; init; } = true;
    public bool StdinOnce { get; init; } = true;
}

internal sealed record HostConfig
{
    public required string NetworkMode { get; init; }
    public string? PidMode { get; init; }
    public required string[] CapAdd { get; init; }
    public string[] CapDrop { get; init; } = ["ALL"];
    public required string[] SecurityOpt { get; init; }
    public required MountRequest[] Mounts { get; init; }
    public required DeviceRequest[] Devices { get; init; }
    public required Dictionary<string, PortBinding[]> PortBindings { get; init; }
    public required IReadOnlyDictionary<string, string> Sysctls { get; init; }
    public required IReadOnlyDictionary<string, string> Tmpfs { get; init; }
    public long Memory { get; init; }
    public bool ReadonlyRootfs { get; init; }
    public bool Init { get; init; }
    public bool AutoRemove { get; init; } = true;
    public LogConfig LogConfig { get; init; } = new("none");
}

internal sealed record LogConfig(string Type);

internal sealed record NoOptions;

internal sealed record PortBinding(string HostPort);

internal sealed record MountRequest(string Type, string Source, string Target, bool ReadOnly);

internal sealed record DeviceRequest(string PathOnHost, string PathInContainer, string CgroupPermissions);

internal sealed record NetworkingConfig(Dictionary<string, EndpointRequest> EndpointsConfig);

internal sealed record EndpointRequest(string[] Aliases);

internal sealed record ContainerAnswer(string Id, ContainerState State, NetworkSettings? NetworkSettings);

internal sealed record ContainerState(bool Running, int Pid, int ExitCode, string? Error);

internal sealed record NetworkSettings(Dictionary<string, EndpointAnswer>? Networks);

internal sealed record EndpointAnswer(string? IPAddress, string? GlobalIPv6Address);

internal sealed record ContainerSummary(string Id, string[] Names, Dictionary<string, string>? Labels);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(VersionAnswer))]
[JsonSerializable(typeof(InfoAnswer))]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(ImageAnswer))]
[JsonSerializable(typeof(CreatedAnswer))]
[JsonSerializable(typeof(ExitAnswer))]
[JsonSerializable(typeof(NetworkRequest))]
[JsonSerializable(typeof(NetworkAnswer))]
[JsonSerializable(typeof(NetworkAnswer[]))]
[JsonSerializable(typeof(ContainerRequest))]
[JsonSerializable(typeof(ContainerAnswer))]
[JsonSerializable(typeof(ContainerSummary[]))]
[JsonSerializable(typeof(Dictionary<string, string[]>), TypeInfoPropertyName = "Filters")]
internal sealed partial class Wire : JsonSerializerContext;
