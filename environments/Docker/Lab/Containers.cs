using Hooktrail.Docker.Engine;
using Hooktrail.Observation;
using Hooktrail.Stations.Machines;

namespace Hooktrail.Docker.Lab;

/// <summary>The containers of the lab, each with no more rights than its part needs.</summary>
internal static class Containers
{
    private const string Agent = "/usr/local/bin/hooktrail-agent";
    private const string XtablesLock = "/run/xtables.lock";
    private const long Memory = 96 << 20;

    /// <summary>
    /// The probe acts in the host's network namespace. NET_ADMIN: rules, the bridge's own switch, the link to the WAN. NET_RAW:
    /// ping and nf_tables' compat targets. SYSLOG: reading /dev/kmsg. Not privileged, no SYS_ADMIN.
    /// </summary>
    /// <remarks>
    /// <paramref name="sharesLock"/>: the host has the file that the legacy tools lock (iptables, xshared.h,
    /// XT_LOCK_NAME). They read a table and write it back, so Docker's and the probe's need the same file, or one loses
    /// or refuses the other's change.
    /// </remarks>
    public static ContainerSpec Probe(RunId run, string image, bool sharesLock = false) => Base("probe", run, image) with
    {
        Labels = RunLabels.Of(run).Add(RunLabels.Probe, "1"),
        Environment = ImmutableDictionary<string, string>.Empty.Add("HOOKTRAIL_RUN", run.ToString()),
        Network = ContainerSpec.HostNetwork,
        HostProcesses = true, // so that a process id names the WAN's network namespace
        Capabilities = ["NET_ADMIN", "NET_RAW", "SYSLOG"],
        Devices = [new HostDevice("/dev/kmsg")],
        Binds = [new BindMount("/proc/sys/net", "/host/net"), .. sharesLock ? [new BindMount(XtablesLock, XtablesLock)] : Array.Empty<BindMount>()],
        // It gives the host back first. What is cut short is in the journal still, and found by the next run and by `specs clean`.
        StopTimeout = Allowance.For(TimeSpan.FromSeconds(60)),
    };

    /// <summary>Pings by datagram sockets, without a capability; only the client has NET_RAW, to ask by ARP.</summary>
    public static ContainerSpec Member(Endpoint endpoint, RunId run, string image, string network, int? published) =>
        Base(endpoint.Name, run, image) with
        {
            Network = network,
            NetworkAliases = [endpoint.Name], // for who pings by hand in `specs lab`; a run sends to addresses
            Capabilities = AsksByArp(endpoint) ? ["NET_RAW"] : [],
            Ports = published is { } port ? [new PortPublication(port, Flow.ServicePort)] : [],
            Sysctls = PingWithoutRights,
        };

    /// <summary>An empty namespace behind the plain NIC, which gets its end of the veth pair.</summary>
    public static ContainerSpec Wan(RunId run, string image) => Base(Endpoint.Wan.Name, run, image) with
    {
        Capabilities = ["NET_ADMIN", "NET_RAW"], // its own address and route; asking by ARP
        Sysctls = PingWithoutRights.Add("net.ipv6.conf.all.disable_ipv6", "0").Add("net.ipv6.conf.default.disable_ipv6", "0"),
    };

    /// <summary>
    /// The container in the host's network namespace, which speaks for the host as well: to the kernel the two are one. NET_RAW: ping, where
    /// the host does not let everybody. NET_BIND_SERVICE: port 80.
    /// </summary>
    public static ContainerSpec Hosted(RunId run, string image) => Base(Endpoint.Hosted.Name, run, image) with
    {
        Network = ContainerSpec.HostNetwork,
        Capabilities = ["NET_RAW", "NET_BIND_SERVICE"],
    };

    /// <summary>NET_ADMIN: binding the log group.</summary>
    public static ContainerSpec Recorder(RunId run, string image) => Base("recorder", run, image) with
    {
        Network = ContainerSpec.HostNetwork,
        Capabilities = ["NET_ADMIN"],
    };

    /// <summary>
    /// Where private hosts live, in namespaces that they make in here. SYS_ADMIN: making network, mount and pid namespaces, entering them, and in the
    /// mount namespace a tmpfs and settings that can be written. NET_ADMIN: links, addresses and rules in those network namespaces, and the log group.
    /// NET_RAW: frames of their own, ping, and nf_tables' compat targets. A network namespace made by root is root's, so no more than that. It has no network
    /// of its own, and neither the host's nor the host's processes in sight. Docker's profile for AppArmor lets nobody mount, nor write settings; that for
    /// seccomp lets who has SYS_ADMIN unshare, and stays.
    /// </summary>
    public static ContainerSpec PrivateHosts(RunId run, string image) => Base("hosts", run, image) with
    {
        // As many descriptors as the Engine allows: each host has some sixty pipes, and the usual limit is 1,024.
        Command = ["bash", "-c", "ulimit -Sn hard; exec perl -e \"$1\"", "hooktrail", Multiplexer.Script],
        // Its session is the run's, as others' is that of their probe. It changes nothing on the host, and ends at once.
        Labels = RunLabels.Of(run).Add(RunLabels.Probe, "1"),
        Capabilities = ["SYS_ADMIN", "NET_ADMIN", "NET_RAW"],
        SecurityOptions = ["apparmor=unconfined"],
        MemoryLimit = null, // it has as many hosts as the run wants
    };

    public static bool AsksByArp(Endpoint endpoint) => endpoint == Endpoint.Client || endpoint == Endpoint.Wan || endpoint.Kind == EndpointKind.Host;

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
