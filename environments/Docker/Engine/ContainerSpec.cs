namespace Hooktrail.Docker.Engine;

/// <summary>
/// By default, a container has no capabilities, no network and no log on disk, and is
/// removed when its main process ends.
/// </summary>
public sealed record ContainerSpec
{
    /// <summary>The value of <see cref="Network"/> that shares the host's network namespace.</summary>
    public const string HostNetwork = "host";

    /// <summary>The value of <see cref="Network"/> for a network namespace that has only <c>lo</c>.</summary>
    public const string NoNetwork = "none";

    /// <summary>The Engine refuses a name that is taken.</summary>
    public required string Name { get; init; }

    /// <summary>Must be on the Engine already.</summary>
    public required string Image { get; init; }

    /// <summary>Replaces the image's entry point and command.</summary>
    public required ImmutableArray<string> Command { get; init; }

    /// <summary>Labels, by which <c>specs clean</c> finds what a run left.</summary>
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    public ImmutableDictionary<string, string> Environment { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>A network's id or name, or <see cref="HostNetwork"/> or <see cref="NoNetwork"/>.</summary>
    public string Network { get; init; } = NoNetwork;

    public ImmutableArray<string> NetworkAliases { get; init; } = [];

    /// <summary>Published for TCP and UDP, at all addresses of the host; not on the host's network.</summary>
    public ImmutableArray<PortPublication> Ports { get; init; } = [];

    /// <summary>As Docker names them (<c>NET_ADMIN</c>).</summary>
    public ImmutableArray<string> Capabilities { get; init; } = [];

    /// <summary>Shares the host's pid namespace.</summary>
    public bool HostProcesses { get; init; }

    public ImmutableArray<HostDevice> Devices { get; init; } = [];

    /// <summary>A path that the host lacks is refused (<see cref="NoSuchHostPathException"/>).</summary>
    public ImmutableArray<BindMount> Binds { get; init; } = [];

    /// <summary>Such as <c>net.ipv4.ping_group_range</c>; not on the host's network.</summary>
    public ImmutableDictionary<string, string> Sysctls { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Mount options (<c>size=8m</c>) by path.</summary>
    public ImmutableDictionary<string, string> Tmpfs { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>In bytes; null for no limit.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>Such as <c>apparmor=unconfined</c>; <c>no-new-privileges</c> is always added.</summary>
    public ImmutableArray<string> SecurityOptions { get; init; } = [];

    internal IEnumerable<string> AllSecurityOptions => SecurityOptions.Prepend("no-new-privileges");

    public bool ReadOnlyRootFilesystem { get; init; }

    /// <summary>Runs an init that reaps orphans. The Engine ignores it with <see cref="HostProcesses"/>.</summary>
    public bool Init { get; init; }

    /// <summary>From the end of standard input to the kill.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>As <c>docker run -p 49153:80</c> writes it.</summary>
public sealed record PortPublication(int Host, int Container)
{
    internal IEnumerable<string> ContainerPorts => [$"{Container}/tcp", $"{Container}/udp"];
}

/// <summary>At the same path. Permissions: r (read), w (write), m (mknod).</summary>
public sealed record HostDevice(string Path, string Permissions = "rw");

/// <summary>The source must exist: the Engine makes none, as it would for <c>docker run --volume</c>.</summary>
public sealed record BindMount(string Source, string Target, bool ReadOnly = false)
{
    internal const string Type = "bind";
}
