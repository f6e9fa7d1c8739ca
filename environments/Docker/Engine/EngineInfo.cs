namespace Hooktrail.Docker.Engine;

public sealed record EngineInfo
{
    /// <summary>Such as <c>unix:///var/run/docker.sock</c>.</summary>
    public required string Endpoint { get; init; }

    /// <summary>Such as <c>20.10.24</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The newest version that both sides speak.</summary>
    public required Version ApiVersion { get; init; }

    /// <summary>As <c>uname -r</c> prints it.</summary>
    public required string KernelRelease { get; init; }

    /// <summary>Such as <c>Debian GNU/Linux 12 (bookworm)</c>.</summary>
    public required string OperatingSystem { get; init; }

    /// <summary>In Go's terms, such as <c>amd64</c>.</summary>
    public required string Architecture { get; init; }

    public required string HostName { get; init; }

    /// <summary><c>1</c> or <c>2</c>; empty where the Engine does not say.</summary>
    public required string CgroupVersion { get; init; }

    public required string StorageDriver { get; init; }

    /// <summary>The enabled ones of apparmor, seccomp, selinux, userns, rootless and cgroupns.</summary>
    public required ImmutableArray<string> SecurityFeatures { get; init; }

    /// <summary>
    /// A rootless Engine has its bridges in a network namespace whose LOG rules do not reach the kernel log.
    /// </summary>
    public bool IsRootless => SecurityFeatures.Contains("rootless");

    public required ImmutableArray<string> Warnings { get; init; }
}
