using System.Collections.Immutable;

namespace Hooktrail.Docker.Engine;

/// <summary>What an Engine says of itself and of the kernel it runs on.</summary>
public sealed record EngineInfo
{
    /// <summary>Where the Engine was reached, such as <c>unix:///var/run/docker.sock</c>.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The Engine's version, such as <c>20.10.24</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The API version in use: the newest that both sides speak.</summary>
    public required Version ApiVersion { get; init; }

    /// <summary>The release of the Engine's kernel, as <c>uname -r</c> has it.</summary>
    public required string KernelRelease { get; init; }

    /// <summary>The Engine's operating system, such as <c>Debian GNU/Linux 12 (bookworm)</c>.</summary>
    public required string OperatingSystem { get; init; }

    /// <summary>The Engine's architecture in Go's terms, such as <c>amd64</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>The name of the Engine's host.</summary>
    public required string HostName { get; init; }

    /// <summary><c>1</c> or <c>2</c>; empty where the Engine does not say.</summary>
    public required string CgroupVersion { get; init; }

    /// <summary>The storage driver, such as <c>overlay2</c>.</summary>
    public required string StorageDriver { get; init; }

    /// <summary>The security features in force: <c>apparmor</c>, <c>seccomp</c>, <c>selinux</c>, <c>userns</c>, <c>rootless</c>, <c>cgroupns</c>.</summary>
    public required ImmutableArray<string> SecurityFeatures { get; init; }

    /// <summary>
    /// Whether the Engine runs in a user namespace of its own. Its bridges and hooks are then in a network namespace of
    /// their own too, where no LOG rule reaches the kernel log: no lab can observe them.
    /// </summary>
    public bool IsRootless => SecurityFeatures.Contains("rootless");

    /// <summary>What the Engine warns of, in its own words.</summary>
    public required ImmutableArray<string> Warnings { get; init; }
}
