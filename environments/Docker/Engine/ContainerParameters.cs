using Docker.DotNet.Models;

namespace Hooktrail.Docker.Engine;

/// <summary>Sets the create parameters that Testcontainers' builder lacks.</summary>
internal static class ContainerParameters
{
    public static void Apply(ContainerSpec spec, CreateContainerParameters parameters)
    {
        parameters.Entrypoint = [spec.Command[0]];
        parameters.Cmd = [.. spec.Command.Skip(1)];
        parameters.AttachStdin = true;
        parameters.AttachStdout = true;
        parameters.AttachStderr = true;
        parameters.OpenStdin = true;
        parameters.StdinOnce = true;
        parameters.ExposedPorts = spec.Ports.SelectMany(port => port.ContainerPorts).ToDictionary(
            port => port, _ => default(EmptyStruct));
        parameters.HostConfig ??= new HostConfig();
        Apply(spec, parameters.HostConfig);
        parameters.NetworkingConfig = spec.NetworkAliases.IsEmpty
            ? null
            : new NetworkingConfig
            {
                EndpointsConfig = new Dictionary<string, EndpointSettings>
                {
                    [spec.Network] = new() { Aliases = [.. spec.NetworkAliases] },
                },
            };
    }

    private static void Apply(ContainerSpec spec, HostConfig host)
    {
        host.NetworkMode = spec.Network;
        host.PidMode = spec.HostProcesses ? "host" : "";
        host.CapDrop = ["ALL"];
        host.CapAdd = [.. spec.Capabilities];
        host.SecurityOpt = [.. spec.AllSecurityOptions];
        host.Mounts =
        [
            .. spec.Binds.Select(
                b => new Mount { Type = BindMount.Type, Source = b.Source, Target = b.Target, ReadOnly = b.ReadOnly })
        ];
        host.Devices =
        [
            .. spec.Devices.Select(d => new DeviceMapping
            {
                PathOnHost = d.Path,
                PathInContainer = d.Path,
                CgroupPermissions = d.Permissions,
            }),
        ];
        host.PortBindings = spec.Ports
            .SelectMany(port => port.ContainerPorts, (port, name) => (name, port.Host))
            .ToDictionary(
                port => port.name, IList<PortBinding> (port) => [new PortBinding { HostPort = $"{port.Host}" }]);
        host.Sysctls = spec.Sysctls.ToDictionary();
        host.Tmpfs = spec.Tmpfs.ToDictionary();
        host.Memory = spec.MemoryLimit ?? 0;
        host.ReadonlyRootfs = spec.ReadOnlyRootFilesystem;
        host.Init = spec.Init;
        host.LogConfig = new LogConfig { Type = "none" };
    }
}
