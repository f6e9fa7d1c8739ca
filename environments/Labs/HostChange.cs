namespace Hooktrail.Labs;

/// <summary>A change of a host: of a lab's, for a while and with the lab's names, or of a twin, with the host's own.</summary>
public abstract record HostChange
{
    private HostChange()
    {
    }

    public sealed record Turn(Switch Switch, bool On) : HostChange;

    /// <summary>
    /// Adds a rule (-A or -I) or a chain (-N), or sets a policy (-P), by a command of iptables, ip6tables, arptables or
    /// ebtables, with the lab's names for devices, addresses and networks: <c>iptables -t raw -A PREROUTING -s client
    /// -j NOTRACK</c>. The lab picks the tool's backend.
    /// </summary>
    public sealed record Rule(string Command) : HostChange;

    /// <summary>
    /// Adds a table of nf_tables, in nft's syntax with the lab's names:
    /// <c>table bridge mine { chain c { type filter hook forward priority -250; ip saddr client drop; }; }</c>.
    /// </summary>
    public sealed record NftTable(string Text) : HostChange;

    /// <summary>
    /// Makes sets of ipset, as <c>ipset restore</c> reads them, with the lab's names: <c>create evil hash:ip,port</c>,
    /// <c>add evil client,tcp:80</c>, a line each.
    /// </summary>
    public sealed record Sets(string Text) : HostChange;
}
