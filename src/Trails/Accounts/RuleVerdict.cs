namespace Hooktrail.Trails.Accounts;

/// <summary>What a rule that was asked said of the packet.</summary>
public enum RuleVerdict
{
    /// <summary>The rule does not match.</summary>
    NoMatch,

    /// <summary>The rule matches, and only logs or counts.</summary>
    Continue,

    /// <summary>The rule changes the packet or its connection: a mark, a TTL, no tracking. The next rule follows.</summary>
    Change,

    Jump,
    Goto,
    Return,
    Accept,
    Drop,
    Reject,

    /// <summary>NAT: the rule chooses another source or destination, also of a frame.</summary>
    Translate,

    /// <summary>The frame is routed instead of bridged: DROP in BROUTING, <c>meta broute set 1</c>.</summary>
    Route,

    /// <summary>The model does not know what the rule does.</summary>
    Unknown,
}

public static class RuleVerdicts
{
    /// <summary>As JSON has it: <c>accept</c>; <c>no match</c>.</summary>
    public static string Name(this RuleVerdict verdict) =>
        verdict == RuleVerdict.NoMatch ? "no match" : verdict.ToString().ToLowerInvariant();

    /// <exception cref="HooktrailException">There is no such verdict.</exception>
    public static RuleVerdict Parse(string name) =>
        Enum.GetValues<RuleVerdict>().Cast<RuleVerdict?>().FirstOrDefault(one => one!.Value.Name() == name)
        ?? throw new HooktrailException(
            $"Unknown verdict of a rule \"{name}\"; the verdicts are {string.Join(", ", Enum.GetValues<RuleVerdict>().Select(Name))}.");
}
