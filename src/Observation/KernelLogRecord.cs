using System.Text;

namespace Hooktrail.Observation;

/// <summary>
/// One record of /dev/kmsg: <c>priority,sequence,microseconds,flags[,…];text</c> (Documentation/ABI/testing/dev-kmsg).
/// It is a view of the line and copies nothing.
/// </summary>
public readonly ref struct KernelLogRecord
{
    private const int KernelFacility = 0;

    private KernelLogRecord(int priority, ulong sequence, bool continuation, ReadOnlySpan<char> rawText)
    {
        Priority = priority;
        Sequence = sequence;
        IsContinuation = continuation;
        RawText = rawText;
    }

    /// <summary>Syslog's facility times 8, plus level.</summary>
    public int Priority { get; }

    /// <summary>The record's number. A gap means records that were overwritten before they were read.</summary>
    public ulong Sequence { get; }

    /// <summary>
    /// Flag <c>c</c>: the kernel would have appended this text to an earlier record, but another CPU's record came
    /// between (kernel/printk, <c>LOG_CONT</c>).
    /// </summary>
    public bool IsContinuation { get; }

    /// <summary>The text as in the line, with non-printable bytes and backslashes as <c>\xNN</c>.</summary>
    public ReadOnlySpan<char> RawText { get; }

    /// <summary>
    /// Whether the kernel itself wrote it. Records that programs write to /dev/kmsg always have another facility:
    /// devkmsg_write() replaces 0 by LOG_USER.
    /// </summary>
    public bool IsFromKernel => Priority >> 3 == KernelFacility;

    /// <summary>The text with <c>\xNN</c> decoded. Bytes above 7F become the characters with that number.</summary>
    public string Text => RawText.Contains('\\') ? Unescape(RawText) : RawText.ToString();

    /// <summary>False for other lines: <c> SUBSYSTEM=net</c> belongs to the record before it.</summary>
    public static bool TryParse(ReadOnlySpan<char> line, out KernelLogRecord record)
    {
        record = default;
        var rest = line;
        if (!TryNumber(ref rest, out var priority) || priority > int.MaxValue
            || !TryNumber(ref rest, out var sequence) || !TryNumber(ref rest, out _))
            return false;
        var text = rest.IndexOf(';');
        if (text < 0)
            return false;
        record = new((int)priority, sequence, rest[0] == 'c', rest[(text + 1)..]);
        return true;
    }

    // Takes digits and the comma that follows. Simpler than int.TryParse over a slice, and twice as fast.
    private static bool TryNumber(ref ReadOnlySpan<char> text, out ulong number)
    {
        number = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var digit = (uint)(text[i] - '0');
            if (digit > 9)
            {
                if (i == 0 || text[i] != ',')
                    return false;
                text = text[(i + 1)..];
                return true;
            }

            if (i == 19)
                return false;
            number = number * 10 + digit;
        }

        return false;
    }

    private static string Unescape(ReadOnlySpan<char> text)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length && text[i + 1] == 'x'
                && byte.TryParse(text.Slice(i + 2, 2), NumberStyles.AllowHexSpecifier, null, out var value))
            {
                plain.Append((char)value);
                i += 3;
            }
            else
            {
                plain.Append(text[i]);
            }
        }

        return plain.ToString();
    }
}
