namespace Hooktrail.Rules.Reading;

/// <summary>
/// What a selector is compared with: <c>&amp; 0xff == 1</c>, <c>!= { 80, 81 }</c>, <c>established,related</c>.
/// </summary>
/// <param name="Operator">Empty if none is written, which for flags asks for any of them.</param>
/// <param name="IsSet">Whether the values are in braces or a named set; each is then compared as a whole.</param>
/// <param name="Values">The flags of a value in its order, joined by commas.</param>
/// <param name="Steps">What is done to the field first; the operands of flags are joined by commas too.</param>
internal sealed record NftComparison(
    string Operator, bool IsSet, ImmutableArray<string> Values, ImmutableArray<(string Operator, string Operand)> Steps)
{
    public bool IsNegated => Operator == "!=";

    /// <summary>Whether it is only compared for being equal or not.</summary>
    public bool IsPlain => Steps.IsEmpty && Operator is "" or "==" or "!=";

    /// <summary>
    /// The steps as one: <c>(field and And) xor Xor</c>; null if an operand is no number.
    /// </summary>
    public (uint And, uint Xor)? Masks => NftSteps.Parse(Steps);
}

internal static class NftSteps
{
    /// <summary>
    /// The steps as one: <c>(field and And) xor Xor</c>; null if an operand is no number, or an operator unknown.
    /// </summary>
    public static (uint And, uint Xor)? Parse(IEnumerable<(string Operator, string Operand)> steps)
    {
        var (and, xor) = (uint.MaxValue, 0u);
        foreach (var (sign, operand) in steps)
        {
            if (NftNumber.Parse(operand) is not { } number)
                return null;
            (and, xor) = sign switch
            {
                "&" or "and" => (and & number, xor & number),
                "|" or "or" => (and & ~number, xor & ~number | number),
                "^" or "xor" => (and, xor ^ number),
                _ => (0u, uint.MaxValue),
            };
        }

        return (and, xor);
    }

    public static bool IsOperator(string word) => word is "&" or "and" or "|" or "or" or "^" or "xor";
}

internal static class NftNumber
{
    /// <summary>Parses a decimal number or, after 0x, a hexadecimal one; null for anything else.</summary>
    public static uint? Parse(string text) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? uint.TryParse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var hex)
                ? hex
                : null
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var plain) ? plain : null;

    /// <summary>Parses a number or a range of numbers, as <c>1-5</c>; null for anything else.</summary>
    public static (uint First, uint Last)? Range(string text) =>
        text.Split('-') is { Length: <= 2 } ends && Parse(ends[0]) is { } first && Parse(ends[^1]) is { } last
        && first <= last
            ? (first, last)
            : null;

    /// <summary>The blocks of a range whose numbers share all bits of a mask.</summary>
    public static IEnumerable<(uint Value, uint Mask)> Blocks(uint first, uint last)
    {
        for (ulong from = first; from <= last;)
        {
            var size = from == 0 ? 1UL << 32 : from & (ulong)-(long)from;
            while (from + size - 1 > last)
                size >>= 1;
            yield return ((uint)from, (uint)~(size - 1));
            from += size;
        }
    }
}
