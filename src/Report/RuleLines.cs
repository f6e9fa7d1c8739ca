using System.Text;
using Hooktrail.Text;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Report;

/// <summary>The rules that a packet met, for a terminal: one a line, each with its hop.</summary>
public static class RuleLines
{
    /// <summary>Empty if there are none.</summary>
    public static string Of(ImmutableArray<RuleStep> rules)
    {
        if (rules.IsEmpty)
            return "";
        var text = new StringBuilder("Rules that the packet met, by the kernel's trace:\n");
        foreach (var rule in rules)
            text.Append(CultureInfo.InvariantCulture, $"{rule.Hop,3}  {PlainText.Of(Of(rule))}\n");
        return text.ToString();
    }

    /// <summary>A rule with its place and its verdict: <c>iptables filter FORWARD rule 2: … (drop)</c>.</summary>
    public static string Of(RuleStep rule) =>
        $"{rule.Layer.Name()} {rule.Table} {rule.Chain} {(rule.Number is null ? rule.Text : $"rule {rule.Place}: {rule.Text}")}"
        + (rule.Verdict == RuleVerdict.Unknown ? "" : $" ({rule.Verdict.Name()})");
}
