using System.Collections.Frozen;

namespace Hooktrail.Observation;

/// <summary>
/// The log prefix that identifies a tap's rule and records: <c>htx7k2q i.mangle.POSTROUTING</c> belongs to run x7k2q,
/// at iptables mangle POSTROUTING. The longest has 28 characters; xt LOG needs a space after it, which makes 29, the
/// most that LOG accepts (include/uapi/linux/netfilter/xt_LOG.h, struct xt_log_info).
/// </summary>
public static class TapPrefix
{
    /// <summary>The beginning of every prefix, before the run's id.</summary>
    public const string Mark = "ht";

    private static readonly FrozenDictionary<string, HookPoint> PointsByTail =
        TapRules.Supported.ToFrozenDictionary(Tail);

    private static readonly FrozenDictionary<string, HookPoint>.AlternateLookup<ReadOnlySpan<char>> Tails =
        PointsByTail.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The prefix of a run's tap, without the space that xt LOG needs at the end.</summary>
    public static string Of(RunId run, HookPoint point) => $"{Of(run)} {Tail(point)}";

    /// <summary>The common beginning of all prefixes of a run: its mark, <c>htx7k2q</c>.</summary>
    public static string Of(RunId run) => Mark + run;

    /// <summary><paramref name="length"/> is the length of the prefix without the space that follows.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out RunId run, out HookPoint point, out int length)
    {
        run = default;
        point = default;
        length = 0;
        const int beforeTail = 2 + RunId.Length + 1;
        if (!text.StartsWith(Mark) || text.Length <= beforeTail || text[beforeTail - 1] != ' '
            || !RunId.TryParse(text.Slice(Mark.Length, RunId.Length), out run))
            return false;
        var tail = text[beforeTail..];
        var end = tail.IndexOf(' ');
        if (end >= 0)
            tail = tail[..end];
        length = beforeTail + tail.Length;
        return Tails.TryGetValue(tail, out point);
    }

    private static string Tail(HookPoint point) => $"{Letter(point.Layer)}.{point.Table}.{point.Chain}";

    private static char Letter(Layer layer) => layer switch
    {
        Layer.Ebtables => 'e',
        Layer.Iptables => 'i',
        Layer.Ip6tables => '6',
        Layer.Arptables => 'a',
        Layer.Nftables => 'n',
        _ => throw new ArgumentOutOfRangeException(nameof(layer), layer, "has no taps"),
    };
}
