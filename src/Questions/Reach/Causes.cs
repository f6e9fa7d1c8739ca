using Hooktrail.Model;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Questions.Reach;

/// <summary>What decides a cell, in words that are the same for all cells that it decides.</summary>
internal static class Causes
{
    /// <summary>Of a cell that no rule accepts and none turns away.</summary>
    public const string Nothing = "no rule and no policy turns the packet away";

    /// <summary>Without the rule's number, which each rule before it moves.</summary>
    public static string Of(ReachTable table, Cell? cell) => cell switch
    {
        null => "it is not there",
        { Found.Rule: { } rule } => Of(rule),
        { Verdict: Verdict.Yes } => Accepting(table, cell) is { } rule ? Of(rule) : Nothing,
        _ => cell.Found.Says,
    };

    /// <summary>The last rule that accepts the request; null if it only meets policies.</summary>
    private static RuleStep? Accepting(ReachTable table, Cell cell) =>
        cell.Question is { } question
            ? Prediction.Rules(table.Host, question.Flow, Leg.Request).LastOrDefault(Accepts)
            : null;

    // In other tables of iptables it decides nothing.
    private static bool Accepts(RuleStep rule) =>
        rule.Verdict == RuleVerdict.Accept
        && (rule.Layer == Layer.Nftables
            || rule is { Layer: Layer.Iptables or Layer.Ip6tables, Table: "filter" });

    private static string Of(RuleStep rule) =>
        $"{rule.Layer.Name()} {rule.Table} {rule.Chain}: {(rule.Number is null ? "its policy" : rule.Text)}";
}
