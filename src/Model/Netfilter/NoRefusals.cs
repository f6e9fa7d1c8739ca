namespace Hooktrail.Model.Netfilter;

/// <summary>
/// Rules that let every packet through and do all else that they do: with them the first packet of a connection came,
/// if the rules were others then.
/// </summary>
internal static class NoRefusals
{
    private static readonly ContinueTarget Nothing = new("");

    public static RuleSet In(RuleSet rules) => rules with { Chains = [.. rules.Chains.Select(In)] };

    // In BROUTING, DROP is no refusal: the frame is routed instead of bridged.
    private static RuleChain In(RuleChain chain) => chain.Id is { Layer: Layer.Ebtables, Table: "broute" }
        ? chain
        : chain with
        {
            Policy = chain.Policy == Policy.Drop ? Policy.Accept : chain.Policy,
            Rules =
            [
                .. chain.Rules.Select(rule =>
                    rule.Target is DropTarget or RejectTarget ? rule with { Target = Nothing } : rule),
            ],
        };
}
