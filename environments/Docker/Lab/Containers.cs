using System.Collections.Immutable;
using Hooktrail.Docker.Engine;
using Hooktrail.Observation;
using Hooktrail.Trails;

namespace Hooktrail.Docker.Lab;

/// <summary>The containers of the lab, each with no more rights than its part needs.</summary>
internal static class Containers
{
    private const string Agent = "/usr/local/bin/hooktrail-agent";
    private const long Memory = 96 << 20;

    /// <summary>
    /// The probe acts in the host's network namespace. NET_ADMIN: rules, the bridge's own switch, the link to the WAN. NET_RAW:
    /// ping and nf_tables' compat targets. SYSLOG: reading /dev/kmsg. Not privileged, no SYS_ADMIN.
    /// </summary>
    public static ContainerSpec Probe(RunId run, string image) => Base("probe", run, image) with
    {
        Labels = RunLabels.Of(run).Add(RunLabels.Probe, "1"),
        Environment = ImmutableDictionary<string, string>.Empty.Add("HOOKTRAIL_RUN", run.ToString()),
        Network = ContainerSpec.HostNetwork,
        HostProcesses = true, // so that a process id names the WAN's network namespace
        Capabilities = ["NET_ADMIN", "NET_RAW", "SYSLOG"],
        Devices = [new HostDevice("/dev/kmsg")],
        Binds = [new BindMount("/proc/sys/net", "/host/net")],
        StopTimeout = TimeSpan.FromSeconds(20), // it gives the host back first
    };

    /// <summary>A container on the network lab. It pings by datagram sockets and needs no capability at all.</summary>
    public static ContainerSpec Member(Endpoint endpoint, RunId run, string image, string network) =>
        Base(endpoint.Name, run, image) with
        {
            Network = network,
            NetworkAliases = [endpoint.Name], // for who pings by hand in `specs lab`; a run sends to addresses
            Sysctls = PingWithoutRights,
        };

    /// <summary>The host behind the plain NIC: a namespace with nothing in it, which gets its end of the veth pair.</summary>
    public static ContainerSpec Wan(RunId run, string image) => Base(Endpoint.Wan.Name, run, image) with
    {
        Capabilities = ["NET_ADMIN"], // its own address and route
        Sysctls = PingWithoutRights,
    };

    private static readonly ImmutableDictionary<string, string> PingWithoutRights =
        ImmutableDictionary<string, string>.Empty.Add("net.ipv4.ping_group_range", "0 2147483647");

    private static ContainerSpec Base(string part, RunId run, string image) => new()
    {
        Name = $"hooktrail-{run}-{part}",
        Image = image,
        Command = [Agent],
        Labels = RunLabels.Of(run),
        MemoryLimit = Memory,
        ReadOnlyRootFilesystem = false,
    };
}
