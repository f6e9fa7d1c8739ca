using Hooktrail.Docker.Engine;
using Hooktrail.Labs;

namespace Hooktrail.Docker.Lab;

/// <summary>Reports what a host lacks for the lab. Changes nothing.</summary>
public static class Examination
{
    /// <summary>Each line prints NAME=VALUE; an empty value means that it is missing.</summary>
    private const string Script = """
        echo kernel=$(uname -r)
        echo nft=$(nft list tables >/dev/null 2>&1 && nft --version)
        echo rules=$(if iptables-nft-save 2>/dev/null | grep -q '^:DOCKER'; then echo nft; elif iptables-legacy-save 2>/dev/null | grep -q '^:DOCKER'; then echo legacy; fi)
        echo legacy=$(cat /proc/net/ip_tables_names >/dev/null 2>&1 && echo yes)
        echo ebtables=$(ebtables-nft --version 2>/dev/null)
        echo broute=$(ebtables-nft -t broute -L >/dev/null 2>&1 && echo yes)
        echo bridge=$(cat /host/net/bridge/bridge-nf-call-iptables 2>/dev/null)
        echo forward=$(cat /host/net/ipv4/ip_forward)
        echo kmsg=$(exec 4</dev/kmsg && echo readable)
        echo write=$([ "$(cat /proc/sys/kernel/printk_devkmsg)" != off ] && : 2>/dev/null >/dev/kmsg && echo writable)
        echo capabilities=$(sed -n 's/^CapEff:\s*//p' /proc/self/status)
        """;

    /// <summary>Stops at the first lack that hides all others.</summary>
    public static async Task<ImmutableArray<ExaminationFinding>> OfHostAsync(
        string? image, CancellationToken cancellation = default)
    {
        var findings = ImmutableArray.CreateBuilder<ExaminationFinding>();
        try
        {
            await using var engine = await ContainerEngine.ConnectAsync(cancellation).ConfigureAwait(false);
            var info = await engine.DescribeAsync(cancellation).ConfigureAwait(false);
            findings.Add(new("Docker Engine", $"{info.Version}, API {info.ApiVersion}, on {info.OperatingSystem}"));
            if (image is null || !await engine.HasImageAsync(image, cancellation).ConfigureAwait(false))
                findings.Add(new(
                    "image of the lab",
                    image ?? "not built",
                    "no container of the lab can start; run ./specs prepare to build it"));
            else
                findings.AddRange(await OfKernelAsync(engine, image, cancellation).ConfigureAwait(false));
        }
        catch (HooktrailException lack)
        {
            findings.Add(new("Docker Engine", "no", lack.Message));
        }
        return findings.ToImmutable();
    }

    private static async Task<IEnumerable<ExaminationFinding>> OfKernelAsync(
        ContainerEngine engine, string image, CancellationToken cancellation)
    {
        await using var probe = await Probe.StartAsync(engine, image, cancellation).ConfigureAwait(false);
        var facts = (await probe.Shell.RunAsync("examine the host", Script, cancellation).ConfigureAwait(false))
            .Select(line => line.Split('=', 2))
            .ToDictionary(parts => parts[0], parts => parts[1]);

        return
        [
            new("image of the lab", image),
            new("kernel", facts["kernel"]),
            Fact("nf_tables", "nft", "taps cannot be installed, so nothing can be observed"),
            Fact(
                "Docker's rules are in",
                "rules",
                "no chain of Docker was found: masquerading scenarios fail unless Docker manages its rules"),
            Fact(
                "iptables-legacy",
                "legacy",
                "needed only if Docker uses iptables-legacy",
                absent: "no tables in this kernel"),
            Fact("ebtables", "ebtables", "the bridge's hook points cannot be observed"),
            Fact(
                "ebtables broute",
                "broute",
                "the hook point ebtables broute BROUTING cannot be observed, and scenarios that name it are skipped"),
            facts["bridge"] is { Length: > 0 } value
                ? new("br_netfilter", $"loaded, bridge-nf-call-iptables={value}")
                : new(
                    "br_netfilter",
                    "not loaded",
                    "bridged packets never cross iptables, and scenarios that need it are skipped; load it with `modprobe br_netfilter`"),
            facts["forward"] == "1"
                ? new("ip_forward", "on")
                : new(
                    "ip_forward",
                    "off",
                    "the host routes nothing, so scenarios to the WAN fail; turn it on with `sysctl net.ipv4.ip_forward=1`"),
            Fact("/dev/kmsg", "kmsg", "no trail can be observed; the probe needs the capability SYSLOG and the device"),
            Fact(
                "/dev/kmsg, writing",
                "write",
                "the end of an observation cannot be marked, so nothing can be observed; check `sysctl kernel.printk_devkmsg`"),
            new("rights of the probe", $"capabilities {facts["capabilities"]} (NET_ADMIN, NET_RAW, SYSLOG)"),
        ];

        ExaminationFinding Fact(string what, string name, string consequence, string absent = "no") =>
            facts[name] is { Length: > 0 } value ? new(what, value) : new(what, absent, consequence);
    }
}
