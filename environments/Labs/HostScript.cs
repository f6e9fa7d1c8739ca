namespace Hooktrail.Labs;

/// <summary>
/// A bash script that prints everything on a host that decides the trails of a lab's packets. It changes nothing, and
/// creates no table. <see cref="HostReading"/> reads its output.
/// </summary>
public static class HostScript
{
    // What a save command of nf_tables prints of a table that it cannot show.
    private const string Incompatible = " is incompatible";

    private const HostParts Saves =
        HostParts.Iptables | HostParts.Ip6tables | HostParts.Arptables | HostParts.Ebtables;

    /// <param name="iptables">The backend of iptables, ip6tables and arptables.</param>
    /// <param name="names">The lab's devices on the host.</param>
    /// <param name="devices">The devices whose settings the script reads, by their names in the lab.</param>
    /// <param name="sysctls">The path of the host's /proc/sys/net.</param>
    /// <param name="ebtables">The backend of ebtables.</param>
    /// <param name="parts">What to read.</param>
    /// <param name="last">What was read before, if this does not read everything.</param>
    /// <remarks>
    /// Listing a table of the legacy backend creates it (net/netfilter/x_tables.c, <c>xt_find_table_lock</c>), so the
    /// script lists only tables that the kernel reports. The kernel reports none of ebtables; the script lists those
    /// only if the host uses them.
    /// </remarks>
    public static string Of(
        Backend iptables, IHostNames names, ImmutableArray<string> devices,
        string sysctls = "/proc/sys/net", Backend ebtables = Backend.Nft, HostParts parts = HostParts.All,
        HostSections? last = null) =>
        $$"""
        {{Functions(sysctls)}}
        unlisted={{(IsUnlisted(last, parts) ? "1" : "")}} named={{(last?[HostParts.Sets] is [_, ..] ? "1" : "")}}
        {{string.Concat(HostSections.Each(parts).Select(
            part => $"echo '{HostSections.Mark}{part}'\n{Section(part, iptables, ebtables, [.. devices.Select(names.Device)])}\n"))}}
        :
        """;

    private static string Functions(string sysctls) =>
        $$"""
        # No process where the shell itself can do it: a host is read after every change, and a process costs milliseconds.
        set_of() { local value; [ ! -e {{sysctls}}/$1 ] || { read -r value <{{sysctls}}/$1; echo "$1 $value"; }; }
        run() { # PROGRAM ARGUMENTS: what it prints, and if it fails, why
            local said start=exec
            # The agent has a function for nft, which is faster by a third, and which exec would go past.
            ! declare -F "$1" >/dev/null || start=
            type -P "$1" >/dev/null || { echo "{{HostSections.Cannot}}the program $1 is missing"; return; }
            { said=$($start "$@" 2>&1 >&4 4>&-) || echo "{{HostSections.Cannot}}$1 said «${said//$'\n'/ | }»"; } 4>&1
        }
        translated() { # FAMILY: rules of iptables in nft's words
            local saved
            saved=$(</dev/stdin)
            [ -z "${saved//[[:space:]]/}" ] || run "$1-restore-translate" -f /dev/stdin <<<"$saved"
        }
        saved() { # PROGRAM: what it prints of tables; nft lists them too, and in full
            local said
            type -P "$1" >/dev/null || { echo "{{HostSections.Cannot}}the program $1 is missing"; return; }
            said=$(exec "$1" 2>/dev/null) || said+=$'\n# A table{{Incompatible}}.'
            [[ $said != *"{{Incompatible}}"* ]] || unlisted=1
            [[ $said != *--match-set* ]] || named=1
            printf '%s\n' "$said"
        }
        listing() { # nft's own list; its JSON has no device of an ingress chain of family inet (1.0.6)
            local said
            said=$(nft -j list ruleset 2>/dev/null) || { run nft -j list ruleset; return; }
            [[ $said != *'"hook": "'[ie]*gress'"'* ]] || unlisted=1
            printf '%s\n' "$said"
        }
        {{EbtablesLegacy.Saved}}
        find_tables() { tables=(); [ ! -r "/proc/net/$1_tables_names" ] || mapfile -t tables <"/proc/net/$1_tables_names"; }
        """;

    // A table that a save command could not show needs the list of nft, though only other parts are read again.
    private static bool IsUnlisted(HostSections? last, HostParts parts) => last is not null
        && HostSections.Each(Saves & ~parts).Any(
            part => last[part].Any(line => line.Contains(Incompatible, StringComparison.Ordinal)));

    private static string Section(
        HostParts part, Backend iptables, Backend ebtables, ImmutableArray<string> devices) => part switch
        {
            HostParts.Settings => Settings(string.Join(' ', devices)),
            HostParts.Hooks => HookLists.Script,
            HostParts.Iptables => Save("iptables", iptables, "ip"),
            HostParts.Ip6tables => Save("ip6tables", iptables, "ip6"),
            HostParts.Arptables => Save("arptables", iptables, "arp"),
            HostParts.Ebtables => ebtables == Backend.Nft
                ? "saved ebtables-nft-save"
                : $"for table in {EbtablesLegacy.Tables}; do run ebtables-legacy -t $table -L | saved_legacy; done",
            HostParts.Json => "listing",
            // Only this list has the devices, and nft's words for extensions of iptables, and it takes as long again.
            HostParts.Text => (iptables, ebtables) == (Backend.Nft, Backend.Nft)
                ? "[ -z \"$unlisted\" ] || run nft list ruleset"
                : "run nft list ruleset",
            HostParts.LegacyBeside => iptables == Backend.Nft ? Beside("iptables", "ip") : "",
            HostParts.Legacy6Beside => iptables == Backend.Nft ? Beside("ip6tables", "ip6") : "",
            // Without the program no entry is known. Sets of other programs' rules do not matter.
            HostParts.Sets => "[[ -z $named ]] || ! type -P ipset >/dev/null || run ipset save",
            _ => throw new ArgumentOutOfRangeException(nameof(part), part, null),
        };

    private static string Settings(string devices) =>
        $$"""
        read -r release </proc/sys/kernel/osrelease; echo "kernel $release"
        # Distributions name a kernel as they like, and say here what stable release it is.
        read -r version </proc/sys/kernel/version; echo "version $version"
        [ ! -e /proc/version_signature ] || { read -r version </proc/version_signature; echo "version $version"; }
        set_of ipv4/ip_forward; set_of ipv6/conf/all/forwarding
        for name in call-iptables call-ip6tables call-arptables filter-vlan-tagged filter-pppoe-tagged; do set_of bridge/bridge-nf-$name; done
        for name in rp_filter send_redirects route_localnet; do for device in all {{devices}}; do set_of ipv4/conf/$device/$name; done; done
        run ip -d -o link show type bridge
        run bridge -d -o link show
        """;

    // arptables has only one table, and arptables-legacy-save takes none.
    private static string Save(string tool, Backend backend, string family) => backend == Backend.Nft
        ? $"saved {tool}-nft-save"
        : $"find_tables {family}; [ ${{#tables[@]}} = 0 ] || named=1; for table in \"${{tables[@]}}\"; do run {tool}-legacy-save{(family == "arp" ? "" : " -t $table")}; done";

    // Most hosts have no rules of the legacy backend beside those of nft.
    private static string Beside(string tool, string family) =>
        $"find_tables {family}; [ ${{#tables[@]}} = 0 ] || for table in \"${{tables[@]}}\"; do run {tool}-legacy-save -t $table; done | translated {tool}";
}
