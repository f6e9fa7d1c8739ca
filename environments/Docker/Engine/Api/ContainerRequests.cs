namespace Hooktrail.Docker.Engine.Api;

/// <summary>A container's specification in the Engine API's words.</summary>
internal static class ContainerRequests
{
    public static ContainerRequest From(ContainerSpec spec) => new()
    {
        Image = spec.Image,
        Entrypoint = [spec.Command[0]],
        Cmd = [.. spec.Command.Skip(1)],
        Env = [.. spec.Environment.Select(e => $"{e.Key}={e.Value}")],
        Labels = spec.Labels,
        HostConfig = new HostConfig
        {
            NetworkMode = spec.Network,
            PidMode = spec.HostProcesses ? "host" : null,
            CapAdd = [.. spec.Capabilities],
            SecurityOpt = [.. spec.AllSecurityOptions],
            Mounts = [.. spec.Binds.Select(b => new MountRequest(BindMount.Type, b.Source, b.Target, b.ReadOnly))],
            Devices = [.. spec.Devices.Select(d => new DeviceRequest(d.Path, d.Path, d.Permissions))],
            PortBindings = spec.Ports
                .SelectMany(port => port.ContainerPorts, (port, name) => (name, port.Host))
                .ToDictionary(port => port.name, port => new[] { new PortBinding($"{port.Host}") }),
            Sysctls = spec.Sysctls,
            Tmpfs = spec.Tmpfs,
            Memory = spec.MemoryLimit ?? 0,
            ReadonlyRootfs = spec.ReadOnlyRootFilesystem,
            Init = spec.Init,
        },
        ExposedPorts = spec.Ports.SelectMany(port => port.ContainerPorts).ToDictionary(port => port, _ => new NoOptions()),
        NetworkingConfig = spec.NetworkAliases.IsEmpty
            ? null
            : new NetworkingConfig(new() { [spec.Network] = new EndpointRequest([.. spec.NetworkAliases]) }),
    };
}
