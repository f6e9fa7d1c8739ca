using System.Collections.Concurrent;

namespace Hooktrail.Labs;

/// <summary>
/// Asks a kernel for the list of its hooks, and asks no second time where it has none (built without
/// CONFIG_NETFILTER_NETLINK_HOOK).
/// </summary>
/// <remarks>
/// Such a kernel looks for a module at each request, by starting modprobe (net/netfilter/nfnetlink.c,
/// nfnetlink_rcv_msg), and nft sends one for each hook of each family: 6 s in a guest of 6.1 without KVM, where all
/// else that a reading does took 4 s.
/// </remarks>
internal static class HookLists
{
    private const string None = "hooktrail: no list of hooks: ";

    // By the kernel's boot: an Engine may run on another kernel than this process.
    private static readonly ConcurrentDictionary<string, bool> Without = [];

    /// <summary>
    /// Prints the version of nft and the list, or that the kernel has none. An empty list alone does not tell.
    /// </summary>
    public static string Script =>
        $$"""
        read -r boot </proc/sys/kernel/random/boot_id
        case " {{string.Join(' ', Without.Keys)}} " in
            *" $boot "*) ;;
            *)
                hooks=$(nft list hooks 2>/dev/null)
                if [ -n "$hooks" ]; then nft --version; echo "$hooks"
                elif [ -s /proc/kallsyms ] && type -P grep >/dev/null && ! grep -q ' nfnl_hook_' /proc/kallsyms; then echo "{{None}}$boot"
                fi ;;
        esac
        """;

    /// <summary>Takes note of what the script printed about a kernel without a list.</summary>
    public static void Note(IEnumerable<string> lines)
    {
        foreach (var line in lines)
            if (line.StartsWith(None, StringComparison.Ordinal))
                Without[line[None.Length..]] = true;
    }
}
