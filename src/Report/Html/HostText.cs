namespace Hooktrail.Report.Html;

internal static class HostText
{
    /// <summary>The differences between two hosts in one line; null if there are none.</summary>
    public static string? Difference(HostProfile from, HostProfile to)
    {
        var changes = new List<string>();
        if (from.Kernel != to.Kernel)
            changes.Add($"kernel {to.Kernel}");
        if (from.Iptables != to.Iptables)
            changes.Add($"iptables-{to.Iptables.Name()}");
        if (from.Ebtables != to.Ebtables)
            changes.Add($"ebtables-{to.Ebtables.Name()}");
        foreach (var one in Switch.All)
            if (one.Read(from) != one.Read(to))
                changes.Add($"{one.Name}={(one.Read(to) ? 1 : 0)}");
        if (from.Rules != to.Rules)
            changes.Add(from.Rules.Count == to.Rules.Count
                ? "other rules"
                : $"{to.Rules.Count} rules in place of {from.Rules.Count}");
        return changes.Count == 0 ? null : string.Join(", ", changes);
    }
}
