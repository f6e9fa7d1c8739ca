namespace Hooktrail.Tests.RandomRules;

/// <summary>A rule, and the packets of one flow that it was read to match.</summary>
/// <param name="Key">What its counter is found by.</param>
/// <param name="Text">The rule, for the message.</param>
/// <param name="Yes">The packets that it matches.</param>
/// <param name="Maybe">The packets of which it is not known.</param>
internal sealed record ReadRule<TKey>(TKey Key, string Text, int Yes, int Maybe)
{
    /// <summary>How the kernel's count differs; null if it fits.</summary>
    public string? Difference(long real) => real >= Yes && real <= Yes + Maybe
        ? null
        : $"matched {real} packets, and was read to match {Yes}{(Maybe > 0 ? $" to {Yes + Maybe}" : "")}: {Text}";
}
