namespace Hooktrail.Observation.Import;

/// <summary>What a trace reports about a chain that a packet is in.</summary>
public enum TracedStep
{
    /// <summary>A rule matched.</summary>
    Rule,

    /// <summary>The packet returns from a user's chain: a RETURN, or the chain's end.</summary>
    Return,

    /// <summary>No rule of a base chain decided, so its policy does.</summary>
    Policy,
}

/// <summary>
/// One rule, return or policy that a trace reports of a crossing, in its chain: that of the hook point, or a user's
/// chain that it jumped to. What the format does not print is null: the legacy TRACE has numbers, nft and
/// xtables-monitor have handles and texts.
/// </summary>
public sealed record TracedRule(string Chain, TracedStep Step)
{
    /// <summary>The rule's place in its chain, from 1; for a policy one more than the chain's last rule.</summary>
    public int? Number { get; init; }

    public string? Handle { get; init; }

    public string? Text { get; init; }

    /// <summary>As the trace prints it: <c>accept</c>, <c>JUMP:DOCKER-USER</c>.</summary>
    public string? Verdict { get; init; }

    /// <summary>The number of its line, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>Its line, for evidence.</summary>
    public required string Record { get; init; }

    /// <summary>Without the chain: <c>rule 2, handle 0x5: -j DROP → DROP</c>.</summary>
    public override string ToString()
    {
        var name = Step switch
        {
            TracedStep.Policy => "policy",
            TracedStep.Return => "return",
            _ => "rule",
        };
        if (Number is { } number && Step != TracedStep.Policy)
            name += $" {number.ToString(CultureInfo.InvariantCulture)}";
        if (Handle is { } handle)
            name += $", handle {handle}";
        if (Text is { Length: > 0 } text)
            name += $": {text}";
        return Verdict is null ? name : $"{name} → {Verdict}";
    }
}
