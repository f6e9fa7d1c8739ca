using System.Text.RegularExpressions;
using Hooktrail.Trails.Accounts;
using Match = System.Text.RegularExpressions.Match;

namespace Hooktrail.Labs;

/// <summary>
/// Parses <c>nft list hooks</c>: the kernel's list of registrations (nfnetlink_hook, since Linux 5.14).
/// </summary>
public static partial class HookListing
{
    /// <summary>In the order in which they run; empty if the kernel has no list. Ignores other lines.</summary>
    public static ImmutableArray<Registration> Parse(IEnumerable<string> lines)
    {
        var all = ImmutableArray.CreateBuilder<Registration>();
        var (family, hook, device) = ("", "", (string?)null);
        foreach (var line in lines)
            if (Family().Match(line) is { Success: true } one)
                family = one.Groups["family"].Value;
            else if (Hook().Match(line) is { Success: true } other)
                (hook, device) =
                    (other.Groups["hook"].Value, other.Groups["device"] is { Success: true } name ? name.Value : null);
            else if (family.Length > 0 && hook.Length > 0 && Entry().Match(line) is { Success: true } entry)
                all.Add(Of(family, hook, device, entry));
        return all.ToImmutable();
    }

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

    [GeneratedRegex(@"\A\s*family (?<family>\S+)\s*\{")]
    private static partial Regex Family();

    [GeneratedRegex(@"\A\s*hook (?<hook>\S+)(?: device (?<device>\S+))?\s*\{")]
    private static partial Regex Hook();

    [GeneratedRegex(@"\A\s*(?<priority>[+-]?\d+) (?<what>.+?)(?: \[(?<module>\S+)\])?\s*\z")]
    private static partial Regex Entry();
}
