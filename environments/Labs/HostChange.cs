using Hooktrail.Trails;

namespace Hooktrail.Labs;

/// <summary>Something that is different on a lab's host for a while.</summary>
public abstract record HostChange
{
    private HostChange()
    {
    }

    /// <summary>A switch is turned.</summary>
    /// <param name="Switch">Which.</param>
    /// <param name="On">How.</param>
    public sealed record Turn(Switch Switch, bool On) : HostChange;

    /// <summary>
    /// A rule is added, as a command of its tool with the lab's names for devices, addresses and networks:
    /// <c>iptables -t raw -A PREROUTING -s client -j NOTRACK</c>. The lab says which backend the tool is of.
    /// </summary>
    /// <param name="Command">The command; the tool is iptables, ip6tables, arptables or ebtables, and the command is -A or -I.</param>
    public sealed record Rule(string Command) : HostChange;

    /// <summary>
    /// A table of nf_tables is added, in nft's own words with the lab's names:
    /// <c>table bridge mine { chain c { type filter hook forward priority -250; ip saddr client drop; }; }</c>.
    /// </summary>
    /// <param name="Text">The table.</param>
    public sealed record NftTable(string Text) : HostChange;
}
