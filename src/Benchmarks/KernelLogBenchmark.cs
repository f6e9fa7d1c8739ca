using BenchmarkDotNet.Attributes;
using Hooktrail.Observation;

namespace Hooktrail.Benchmarks;

/// <summary>
/// How fast the kernel log is read, in the mix of a busy host: of each 20 lines 10 are this run's, 4 another run's, 4
/// of the kernel at large, 1 a continuation (<c> SUBSYSTEM=</c>), 1 cut. The time is that of one line, so that 1 µs is
/// a million lines a second. Every 500th line is a fence, up to which the sightings are kept, as in a run.
/// </summary>
[MemoryDiagnoser]
public class KernelLogBenchmark
{
    private const int Lines = 10_000;

    private const string Bridged =
        "IN=veth1a2b3c2 OUT=veth1a2b3c3 MAC source = 9e:f9:ac:7e:58:bc MAC dest = da:bb:cd:ce:53:d1 proto = 0x0800 "
        + "IP SRC=172.29.88.2 IP DST=172.29.88.3, IP tos=0x04, IP proto=1";

    private const string Routed =
        "IN=br-5f0c12ab34cd OUT=br-5f0c12ab34cd PHYSIN=veth1a2b3c2 PHYSOUT=veth1a2b3c3 MAC=da:bb:cd:ce:53:d1:9e:f9:ac:7e:58:bc:08:00 "
        + "SRC=172.29.88.2 DST=172.29.88.3 LEN=84 TOS=0x04 PREC=0x00 TTL=64 ID=37480 DF PROTO=ICMP TYPE=8 CODE=0 ID=20303 SEQ=1 ";

    private static readonly string[] Mix =
    [
        "htx7k2q e.nat.PREROUTING " + Bridged,
        "htx7k2q i.raw.PREROUTING " + Routed,
        "htx7k2q i.mangle.PREROUTING " + Routed,
        "htother i.raw.PREROUTING " + Routed,
        "docker0: port 1(veth1a2b3c2) entered forwarding state",
        "htx7k2q e.filter.FORWARD " + Bridged,
        "htx7k2q i.mangle.FORWARD " + Routed, "htother e.filter.FORWARD " + Bridged,
        "audit: type=1400 audit(1700000000.000:42): apparmor=\"STATUS\"",
        " SUBSYSTEM=net", "htx7k2q i.filter.FORWARD " + Routed,
        "htx7k2q i.security.FORWARD " + Routed, "htother i.mangle.FORWARD " + Routed,
        "eth0: renamed from veth7f3a", "htx7k2q e.nat.POSTROUTING " + Bridged, "htx7k2q i.mangle.POSTROUTING " + Routed,
        "htother i.nat.POSTROUTING " + Routed, "IPv6: ADDRCONF(NETDEV_CHANGE): veth1a2b3c2: link becomes ready",
        "12,", "htx7k2q i.nat.POSTROUTING " + Routed,
    ];

    private readonly string[] _lines =
    [
        .. Enumerable.Range(1, Lines).Select(n => (n % 500, Mix[n % Mix.Length]) switch
        {
            (0, _) => $"12,{n},3268688001,-;hooktrail x7k2q fence {n}",
            (_, [' ' or '1', ..] broken) => broken,
            (_, var text) => $"7,{n},3268688001,-;{text}",
        }),
    ];

    /// <summary>The log of a busy host, by a new reader.</summary>
    [Benchmark(OperationsPerInvoke = Lines)]
    public KernelLog Read()
    {
        var log = new KernelLog(RunId.Parse("x7k2q"));
        foreach (var line in _lines)
            log.Accept(line);
        return log;
    }
}
