namespace Hooktrail.Labs;

/// <summary>Which parts of a private host a change can touch; nothing else changes them there.</summary>
public static class TouchedParts
{
    /// <param name="change">The change of a host that only this lab changes.</param>
    /// <param name="iptables">The backend of iptables, ip6tables and arptables.</param>
    /// <param name="ebtables">The backend of ebtables.</param>
    public static HostParts Of(HostChange change, Backend iptables, Backend ebtables) => change switch
    {
        // A rule of nft turns conntrack on; every other switch of a lab is a setting.
        HostChange.Turn({ Name: "conntrack" or "conntrack6" }, _) => HostParts.Nftables,
        HostChange.Turn => HostParts.Settings,
        HostChange.Rule(var command) => OfRule(LabWords.Words(command), iptables, ebtables),
        // The tools list a table of theirs to which nft added something.
        HostChange.NftTable(var text) => LabWords.TablesOf(text).Any(IsOfTools) ? HostParts.All : HostParts.Nftables,
        HostChange.Sets => HostParts.Sets,
        _ => HostParts.All,
    };

    private static HostParts OfRule(string[] words, Backend iptables, Backend ebtables)
    {
        var (part, backend) = words.FirstOrDefault() switch
        {
            "iptables" => (HostParts.Iptables, iptables),
            "ip6tables" => (HostParts.Ip6tables, iptables),
            "arptables" => (HostParts.Arptables, iptables),
            "ebtables" => (HostParts.Ebtables, ebtables),
            // With its backend in its name, the tool may not be the host's own.
            _ => (HostParts.All, Backend.Nft),
        };
        return part
            | (backend == Backend.Nft ? HostParts.Nftables : HostParts.Hooks)
            | (words.Contains("--match-set") ? HostParts.Sets : HostParts.None);
    }

    // «ip filter»
    private static bool IsOfTools(string table) =>
        HookPoints.All.Any(point => point.Table == table[(table.IndexOf(' ') + 1)..]);
}
