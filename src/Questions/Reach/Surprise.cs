namespace Hooktrail.Questions.Reach;

public enum SurpriseKind
{
    /// <summary>A container's port that is not published is reached from outside.</summary>
    UnpublishedPort,

    /// <summary>A rule of INPUT would drop the packets of a published port, but never sees them.</summary>
    RuleOfInput,

    /// <summary>The policy of INPUT would drop the packets of a published port, but never sees them.</summary>
    PolicyOfInput,

    /// <summary>What a rule closes for IPv4 is open for IPv6.</summary>
    OpenByIpv6,

    /// <summary>Ports are published, and the host forwards nothing.</summary>
    ForwardingOff,
}

/// <summary>What one would not expect of a host.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Says">What is so, and why.</param>
/// <param name="Advice">What to do about it.</param>
/// <param name="Cells">Where it shows.</param>
public sealed record Surprise(SurpriseKind Kind, string Says, string Advice, ImmutableArray<Cell> Cells);
