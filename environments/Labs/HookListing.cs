using System.Text.RegularExpressions;
using Hooktrail.Trails.Accounts;
using Match = System.Text.RegularExpressions.Match;

namespace Hooktrail.Labs;

/// <summary>
/// Parses <c>nft list hooks</c>: the kernel's list of registrations (nfnetlink_hook, since Linux 5.14).
/// </summary>
/// <remarks>
/// The kernel lists them in the order in which they run. Up to 1.1.6 nft prints those with one priority otherwise: the
/// first of them, then the rest from last to second (nftables, src/mnl.c, basehook_list_add_tail; measured: 1.0.6 on
/// Linux 6.12).
/// </remarks>
public static partial class HookListing
{
    private static readonly Version LastOutOfOrder = new(1, 1, 6);

    /// <summary>
    /// In the order in which they run; empty if the kernel has no list. Reads the version of nft from the line that
    /// <c>nft --version</c> prints, and ignores other lines. Without a version, more than two with one priority have no
    /// known order, and are left out.
    /// </summary>
    public static ImmutableArray<Registration> Parse(IEnumerable<string> lines)
    {
        var all = ImmutableArray.CreateBuilder<Registration>();
        var (family, hook, device) = ("", "", (string?)null);
        Version? version = null;
        foreach (var line in lines)
            if (Nft().Match(line) is { Success: true } nft)
                version = Version.Parse(nft.Groups["version"].Value);
            else if (Family().Match(line) is { Success: true } one)
                family = one.Groups["family"].Value;
            else if (Hook().Match(line) is { Success: true } other)
                (hook, device) =
                    (other.Groups["hook"].Value, other.Groups["device"] is { Success: true } name ? name.Value : null);
            else if (family.Length > 0 && hook.Length > 0 && Entry().Match(line) is { Success: true } entry)
                all.Add(Of(family, hook, device, entry));
        return
        [
            .. all.GroupBy(one => (one.Family, one.Hook, one.Device, one.Priority))
                .SelectMany(equal => InOrder([.. equal], version)),
        ];
    }

    private static ImmutableArray<Registration> InOrder(ImmutableArray<Registration> equal, Version? version) =>
        equal.Length < 3 || version > LastOutOfOrder ? equal
        : version is null ? []
        : [equal[0], .. equal[1..].Reverse()];

    private static Registration Of(string family, string hook, string? device, Match entry)
    {
        var what = entry.Groups["what"].Value;
        var point = what.Split(' ') is ["chain", var of, var table, var chain] ? PointOf(of, table, chain) : null;
        return new(
            device is null ? family : "netdev",
            hook,
            int.Parse(entry.Groups["priority"].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
            point?.ToString() ?? what)
        {
            Module = entry.Groups["module"] is { Success: true } module ? module.Value : null,
            Device = device,
            Points = point is { } crossed ? [crossed] : [],
        };
    }

    // The tools' tables have fixed names; all other tables are a user's.
    internal static HookPoint? PointOf(string family, string table, string chain)
    {
        Layer? tool = family switch
        {
            "ip" =>
            Layer.Iptables,
            "ip6" => Layer.Ip6tables,
            "bridge" => Layer.Ebtables,
            "arp" => Layer.Arptables,
            _ => null
        };
        var own = new HookPoint(Layer.Nftables, $"{family} {table}", chain);
        if (tool is not { } layer)
            return own;
        try
        {
            return HookPoints.Parse(layer.Name(), table, chain);
        }
        catch (HooktrailException)
        {
            return own;
        }
    }

    [GeneratedRegex(@"\bnftables v(?<version>\d+\.\d+\.\d+)")]
    private static partial Regex Nft();

    [GeneratedRegex(@"\A\s*family (?<family>\S+)\s*\{")]
    private static partial Regex Family();

    [GeneratedRegex(@"\A\s*hook (?<hook>\S+)(?: device (?<device>\S+))?\s*\{")]
    private static partial Regex Hook();

    [GeneratedRegex(@"\A\s*(?<priority>[+-]?\d+) (?<what>.+?)(?: \[(?<module>\S+)\])?\s*\z")]
    private static partial Regex Entry();
}
