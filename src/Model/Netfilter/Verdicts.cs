using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model.Netfilter;

/// <summary>What a rule that matches says of the packet.</summary>
internal static class Verdicts
{
    public static RuleVerdict Of(ChainId chain, Target target) => target switch
    {
        ContinueTarget => RuleVerdict.Continue,
        JumpTarget { Goto: true } => RuleVerdict.Goto,
        JumpTarget => RuleVerdict.Jump,
        ReturnTarget => RuleVerdict.Return,
        AcceptTarget => RuleVerdict.Accept,
        DropTarget when chain is { Layer: Layer.Ebtables, Table: "broute" } => RuleVerdict.Route,
        DropTarget => RuleVerdict.Drop,
        RejectTarget => RuleVerdict.Reject,
        BrouteTarget => RuleVerdict.Route,
        MasqueradeTarget or SnatTarget or DnatTarget or RedirectTarget or BridgeRedirectTarget =>
            RuleVerdict.Translate,
        UnknownTarget => RuleVerdict.Unknown,
        _ => RuleVerdict.Change,
    };
}
