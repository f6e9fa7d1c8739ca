using Hooktrail.Trails.Topologies;

namespace Hooktrail.Hosts.Reading;

/// <summary>The sysctls below <c>/proc/sys/net</c>, a line each: <c>ipv4/ip_forward:1</c>.</summary>
internal sealed class Settings(IEnumerable<string> lines)
{
    private readonly Dictionary<string, string> _values = lines
        .Select(line => line.Split(':', 2))
        .Where(words => words.Length == 2)
        .GroupBy(words => words[0], words => words[1])
        .ToDictionary(one => one.Key, one => one.First());

    public string? Find(string name) => _values.GetValueOrDefault(name);

    public bool IsOn(string name) => Number(name) != 0;

    public DeviceSettings Of(string device) => new()
    {
        // include/linux/inetdevice.h: IN_DEV_FORWARD is IN_DEV_CONF_GET, the device's own value; RPFILTER
        // and ARP_IGNORE are MAXCONF; ROUTE_LOCALNET, ACCEPT_LOCAL, TX_REDIRECTS, ARPFILTER, PROXY_ARP and, from 5.11
        // and stable releases of December 2020 on (commit 1af5318c00a8), PROXY_ARP_PVLAN are ORCONF; MEDIUM_ID is
        // IN_DEV_CONF_GET.
        Forwarding = IsOn($"ipv4/conf/{device}/forwarding"),
        Forwarding6 = IsOn($"ipv6/conf/{device}/forwarding"),
        RpFilter = Greater(device, "rp_filter"),
        RouteLocalnet = IsOnEither(device, "route_localnet"),
        AcceptLocal = IsOnEither(device, "accept_local"),
        SendRedirects = IsOnEither(device, "send_redirects"),
        ArpIgnore = Greater(device, "arp_ignore"),
        ArpFilter = IsOnEither(device, "arp_filter"),
        ProxyArp = IsOnEither(device, "proxy_arp"),
        ProxyArpPvlan = IsOnEither(device, "proxy_arp_pvlan"),
        MediumId = Number($"ipv4/conf/{device}/medium_id"),
        // net/ipv6/ndisc.c, ndisc_recv_ns.
        ProxyNdp = IsOn("ipv6/conf/all/proxy_ndp") || IsOn($"ipv6/conf/{device}/proxy_ndp"),
        HasIpv6 = Find($"ipv6/conf/{device}/disable_ipv6") == "0",
    };

    private bool IsOnEither(string device, string name) =>
        IsOn($"ipv4/conf/all/{name}") || IsOn($"ipv4/conf/{device}/{name}");

    private int Greater(string device, string name) =>
        Math.Max(Number($"ipv4/conf/all/{name}"), Number($"ipv4/conf/{device}/{name}"));

    private int Number(string name) => int.TryParse(
        _values.GetValueOrDefault(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
        ? value
        : 0;
}
