using Hooktrail.Model;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Questions.Reach;

/// <summary>What decides a cell, in words that are the same for all cells that it decides.</summary>
internal static class Causes
{
    /// <summary>Without the rule's number, which each rule before it moves.</summary>
    public static string Of(ReachTable table, Cell? cell) => cell switch
    {
        null => "it is not there",
        { Found.Rule: { } rule } => Of(rule),
        { Verdict: Verdict.Yes } => Accepting(table, cell) is { } rule ? Of(rule) : "no rule turns it away",
        _ => cell.Found.Says,
    };

    /// <summary>The last rule or policy of a filter that lets the request pass; null if none was asked.</summary>
    public static RuleStep? Accepting(ReachTable table, Cell cell) =>
        cell.Question is { } question
            ? Prediction.Rules(table.Host, question.Flow, Leg.Request).LastOrDefault(IsOfFilter)
            : null;

    private static bool IsOfFilter(RuleStep rule) => rule.Layer switch
    {
        Layer.Iptables or Layer.Ip6tables => rule.Table == "filter",
        Layer.Nftables => rule.Text.Contains("accept", StringComparison.Ordinal) || rule.Number is null,
        _ => false,
    };

    private static string Of(RuleStep rule) =>
        $"{rule.Layer.Name()} {rule.Table} {rule.Chain}: {(rule.Number is null ? "its policy" : rule.Text)}";
}
