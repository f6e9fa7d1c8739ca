using System.Net;

namespace Hooktrail.Observation;

/// <summary>
/// Walks over the <c>KEY=value</c> fields and flags of xt LOG, each of which ends with a space. Text in brackets (the
/// packet that an ICMP error quotes, <c>INCOMPLETE [8 bytes]</c>) is no field of this packet; it comes as one value,
/// whose key is the bracket. Text in parentheses, which is options in hexadecimal, is skipped.
/// </summary>
internal ref struct LogFields(ReadOnlySpan<char> text)
{
    private ReadOnlySpan<char> _rest = text;

    /// <summary>The field's name, or the flag, or <c>[</c>.</summary>
    public ReadOnlySpan<char> Key { get; private set; }

    /// <summary>Empty for a flag.</summary>
    public ReadOnlySpan<char> Value { get; private set; }

    public bool Next()
    {
        while (true)
        {
            _rest = _rest.TrimStart(' ');
            if (_rest.IsEmpty)
                return false;
            if (_rest[0] is '[' or '(')
            {
                var enclosed = _rest[..Enclosed(_rest)];
                _rest = _rest[enclosed.Length..];
                if (enclosed[0] == '(')
                    continue;
                Key = "[";
                Value = enclosed[^1] == ']' ? enclosed[1..^1] : enclosed[1..];
                return true;
            }

            var end = _rest.IndexOf(' ');
            var field = end < 0 ? _rest : _rest[..end];
            _rest = end < 0 ? [] : _rest[(end + 1)..];
            var equals = field.IndexOf('=');
            Key = equals < 0 ? field : field[..equals];
            Value = equals < 0 ? [] : field[(equals + 1)..];
            return true;
        }
    }

    /// <summary>Null if the text is no decimal number, or is too large for an int.</summary>
    public static int? Number(ReadOnlySpan<char> text) =>
        LongNumber(text) is { } number and <= int.MaxValue ? (int)number : null;

    /// <summary>At most 18 decimal digits.</summary>
    public static long? LongNumber(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text.Length > 18)
            return null;
        var number = 0L;
        foreach (var character in text)
        {
            var digit = (uint)(character - '0');
            if (digit > 9)
                return null;
            number = number * 10 + digit;
        }

        return number;
    }

    /// <summary>Digits after <c>0x</c>.</summary>
    public static uint? Hex(ReadOnlySpan<char> text) =>
        text.StartsWith("0x") && uint.TryParse(text[2..], NumberStyles.AllowHexSpecifier, null, out var number)
            ? number
            : null;

    public static IPAddress? Address(ReadOnlySpan<char> text) =>
        IPAddress.TryParse(text, out var address) ? address : null;

    /// <summary>Null if the kernel printed nothing.</summary>
    public static string? Name(ReadOnlySpan<char> text) => text.IsEmpty ? null : text.ToString();

    /// <summary>A name or a number; the common ones are shared strings.</summary>
    public static string? Protocol(ReadOnlySpan<char> text) => text switch
    {
        "ICMP" => "ICMP",
        "TCP" => "TCP",
        "UDP" => "UDP",
        "1" => "1",
        _ => Name(text),
    };

    private static int Enclosed(ReadOnlySpan<char> text)
    {
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '[' or '(')
                depth++;
            else if (text[i] is ']' or ')' && --depth == 0)
                return i + 1;
        }

        return text.Length;
    }
}
