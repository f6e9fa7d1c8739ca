using Hooktrail.Docker.Engine;
using Hooktrail.Observation;
using Hooktrail.Stations.Machines;

namespace Hooktrail.Docker.Lab;

/// <summary>The containers of the lab, each with only the rights that its part needs.</summary>
internal static class Containers
{
    private const string Agent = "/usr/local/bin/hooktrail-agent";
    private const string XtablesLock = "/run/xtables.lock";
    private const long Memory = 96 << 20;

    /// <summary>
    /// The probe acts in the host's network namespace. It has NET_ADMIN for rules, the bridges' own switches and the
    /// link to the WAN; NET_RAW for ping and nf_tables' compat targets; SYSLOG to read /dev/kmsg. It is not
    /// privileged and has no SYS_ADMIN.
    /// </summary>
    /// <remarks>
    /// <paramref name="sharesLock"/>: the host has the lock file of the legacy tools (iptables, xshared.h,
    /// XT_LOCK_NAME). They read a table and write it back, so Docker and the probe must lock the same file; otherwise
    /// one loses or refuses the other's change.
    /// </remarks>
    public static ContainerSpec Probe(
        RunId run, string image, bool sharesLock = false) => Base("probe", run, image) with
        {
            Labels = RunLabels.Of(run).Add(RunLabels.Probe, "1"),
            Environment = ImmutableDictionary<string, string>.Empty.Add("HOOKTRAIL_RUN", run.ToString()),
            Network = ContainerSpec.HostNetwork,
            HostProcesses = true, // so that a process id names the WAN's network namespace
            Capabilities = ["NET_ADMIN", "NET_RAW", "SYSLOG"],
            Devices = [new HostDevice("/dev/kmsg")],
            Binds =
        [
            new BindMount("/proc/sys/net", "/host/net"),
            .. sharesLock ? [new BindMount(XtablesLock, XtablesLock)] : Array.Empty<BindMount>()
        ],
            // The probe restores the host before it ends. What a kill cuts short is still in the journal; the next
            // run and `specs clean` find it.
            StopTimeout = Allowance.For(TimeSpan.FromSeconds(60)),
        };

    /// <summary>
    /// Pings through datagram sockets, which need no capability. Only the client has NET_RAW, to send ARP requests.
    /// </summary>
    public static ContainerSpec Member(Endpoint endpoint, RunId run, string image, string network, int? published) =>
        Base(endpoint.Name, run, image) with
        {
            Network = network,
            NetworkAliases = [endpoint.Name], // for users who ping by hand in `specs lab`; a run sends to addresses
            Capabilities = AsksByArp(endpoint) ? ["NET_RAW"] : [],
            Ports = published is { } port ? [new PortPublication(port, Flow.ServicePort)] : [],
            Sysctls = PingWithoutRights,
        };

    /// <summary>An empty namespace beyond the plain NIC; it gets the other end of the veth pair.</summary>
    public static ContainerSpec Wan(RunId run, string image) => Base(Endpoint.Wan.Name, run, image) with
    {
        Capabilities = ["NET_ADMIN", "NET_RAW"], // its own address and route; ARP requests
        Sysctls = PingWithoutRights.Add("net.ipv6.conf.all.disable_ipv6", "0").Add(
            "net.ipv6.conf.default.disable_ipv6", "0"),
    };

    /// <summary>
    /// The container in the host's network namespace. It also speaks for the host, since the kernel treats the two as
    /// one. It has NET_RAW for ping, which the host may not allow every user, and NET_BIND_SERVICE for port 80.
    /// </summary>
    public static ContainerSpec Hosted(RunId run, string image) => Base(Endpoint.Hosted.Name, run, image) with
    {
        Network = ContainerSpec.HostNetwork,
        Capabilities = ["NET_RAW", "NET_BIND_SERVICE"],
    };

    /// <summary>NET_ADMIN: to bind the log group.</summary>
    public static ContainerSpec Recorder(RunId run, string image) => Base("recorder", run, image) with
    {
        Network = ContainerSpec.HostNetwork,
        Capabilities = ["NET_ADMIN"],
    };

    /// <summary>
    /// Holds private hosts, in namespaces that they create in this container. SYS_ADMIN: to create network, mount
    /// and pid namespaces, to enter them, and to mount a tmpfs and writable settings there. NET_ADMIN: links,
    /// addresses and rules in those network namespaces, and the log group. NET_RAW: their own frames, ping, and
    /// nf_tables' compat targets. Root owns the network namespaces that root creates, so no other capability is
    /// needed. The container has no network, and it sees neither the host's network nor the host's processes.
    /// Docker's AppArmor profile forbids mounting and writing settings, so it is off; Docker's seccomp profile
    /// allows unshare with SYS_ADMIN, so it stays on.
    /// </summary>
    public static ContainerSpec PrivateHosts(RunId run, string image) => Base("hosts", run, image) with
    {
        // As many descriptors as the Engine allows: each host has some sixty pipes, and the usual limit is 1,024.
        Command = ["bash", "-c", "ulimit -Sn hard; exec perl -e \"$1\"", "hooktrail", Multiplexer.Script],
        // Its session is the run's session, as the probe's is in other runs. It changes
        // nothing on the host and ends at once.
        Labels = RunLabels.Of(run).Add(RunLabels.Probe, "1"),
        Capabilities = ["SYS_ADMIN", "NET_ADMIN", "NET_RAW"],
        SecurityOptions = ["apparmor=unconfined"],
        MemoryLimit = null, // it holds as many hosts as the run starts
    };

    /// <summary>
    /// A guest in the network namespace of a user's container: it sends from there, and changes nothing. NET_RAW is for
    /// echoes where the container's ping_group_range is closed.
    /// </summary>
    public static ContainerSpec Guest(RunId run, string image, string container, bool pings) =>
        Base("guest", run, image) with
        {
            // Its session is the run's session, as that of private hosts.
            Labels = RunLabels.Of(run).Add(RunLabels.Probe, "1"),
            Network = $"container:{container}",
            Capabilities = pings ? ["NET_RAW"] : [],
        };

    public static bool AsksByArp(Endpoint endpoint) =>
        endpoint == Endpoint.Client || endpoint == Endpoint.Wan || endpoint.Kind == EndpointKind.Host;

    private static readonly ImmutableDictionary<string, string> PingWithoutRights =
        ImmutableDictionary<string, string>.Empty
            .Add("net.ipv4.ping_group_range", "0 2147483647")
            .Add("net.ipv4.ip_unprivileged_port_start", "0");

    private static ContainerSpec Base(string part, RunId run, string image) => new()
    {
        Name = RunLabels.NameOf(run.ToString(), part),
        Image = image,
        Command = [Agent],
        Labels = RunLabels.Of(run),
        MemoryLimit = Memory,
        ReadOnlyRootFilesystem = false,
    };
}
