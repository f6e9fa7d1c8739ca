using System.Collections.Immutable;

namespace Hooktrail.Docker.Engine;

/// <summary>
/// A container to start. What is not said here is as tight as it gets: all capabilities dropped, no new privileges, no log
/// on disk, no network, and the container removed as soon as its main process ends.
/// </summary>
public sealed record ContainerSpec
{
    /// <summary>The value of <see cref="Network"/> that shares the host's network namespace.</summary>
    public const string HostNetwork = "host";

    /// <summary>The value of <see cref="Network"/> that gives a network namespace with nothing but <c>lo</c>.</summary>
    public const string NoNetwork = "none";

    /// <summary>The container's name; taken names are refused.</summary>
    public required string Name { get; init; }

    /// <summary>The image, which must be there already.</summary>
    public required string Image { get; init; }

    /// <summary>The main process and its arguments; takes the place of the image's entry point and command.</summary>
    public required ImmutableArray<string> Command { get; init; }

    /// <summary>Labels, by which <c>specs clean</c> finds what a run left.</summary>
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Environment variables of the main process.</summary>
    public ImmutableDictionary<string, string> Environment { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>A network's id or name, or <see cref="HostNetwork"/> or <see cref="NoNetwork"/>.</summary>
    public string Network { get; init; } = NoNetwork;

    /// <summary>Further names of the container on a network of ours.</summary>
    public ImmutableArray<string> NetworkAliases { get; init; } = [];

    /// <summary>Ports that the host passes on, for TCP and for UDP, at all of its addresses; not on the host's network.</summary>
    public ImmutableArray<PortPublication> Ports { get; init; } = [];

    /// <summary>The capabilities that are kept, as Docker names them (<c>NET_ADMIN</c>).</summary>
    public ImmutableArray<string> Capabilities { get; init; } = [];

    /// <summary>Whether the container shares the host's pid namespace.</summary>
    public bool HostProcesses { get; init; }

    /// <summary>Host devices in the container, at the same path.</summary>
    public ImmutableArray<HostDevice> Devices { get; init; } = [];

    /// <summary>Host paths in the container; a container with one that the host has not is refused (<see cref="NoSuchHostPathException"/>).</summary>
    public ImmutableArray<BindMount> Binds { get; init; } = [];

    /// <summary>Sysctls of the container's own namespaces, such as <c>net.ipv4.ping_group_range</c>; not on the host's network.</summary>
    public ImmutableDictionary<string, string> Sysctls { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Paths in the container that are a tmpfs of their own, with its mount options (<c>size=8m</c>).</summary>
    public ImmutableDictionary<string, string> Tmpfs { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The most memory the container may use, in bytes; null for no limit.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>Further security options, such as <c>apparmor=unconfined</c>; <c>no-new-privileges</c> is always among them.</summary>
    public ImmutableArray<string> SecurityOptions { get; init; } = [];

    /// <summary>The security options with those that are always on.</summary>
    internal IEnumerable<string> AllSecurityOptions => SecurityOptions.Prepend("no-new-privileges");

    /// <summary>Whether the root file system is read-only.</summary>
    public bool ReadOnlyRootFilesystem { get; init; }

    /// <summary>
    /// Whether an init process reaps the children that the main process leaves behind. The Engine pays no heed to it where
    /// <see cref="HostProcesses"/> is set, as the host's own init does it there.
    /// </summary>
    public bool Init { get; init; }

    /// <summary>How long the main process may take to end after its standard input was closed, before it is killed.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>A port of a container and the port of the host by which it is reached, as <c>docker run -p 49153:80</c> writes it.</summary>
public sealed record PortPublication(int Host, int Container)
{
    /// <summary>The container's port in Docker's notation, once for each protocol.</summary>
    internal IEnumerable<string> ContainerPorts => [$"{Container}/tcp", $"{Container}/udp"];
}

/// <summary>A host device in a container, at the same path. Permissions: r (read), w (write), m (mknod).</summary>
public sealed record HostDevice(string Path, string Permissions = "rw");

/// <summary>A host path at a path in a container. The host path must exist: the Engine makes none, as it would for <c>docker run --volume</c>.</summary>
public sealed record BindMount(string Source, string Target, bool ReadOnly = false)
{
    /// <summary>The type of such a mount in the Engine API.</summary>
    internal const string Type = "bind";
}
