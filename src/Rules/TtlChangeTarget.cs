namespace Hooktrail.Rules;

/// <summary>
/// <c>--ttl-inc</c>, <c>--hl-dec</c>: adds to the TTL or hop limit, which stays between 0 and 255 (xt_HL.c); continues
/// with the next rule.
/// </summary>
public sealed record TtlChangeTarget(int By) : Target;
