namespace Hooktrail.Rules.Reading;

/// <summary>
/// Comparisons of fields that are sets of flags. Without an operator, nft asks whether any of the flags is on; with
/// <c>==</c>, <c>!=</c> or in a set it compares the whole field; <c>!</c> asks that none is on (nft --debug=netlink).
/// </summary>
internal static class NftFlags
{
    /// <summary>All states that a packet can be in, one at a time.</summary>
    private static readonly ImmutableArray<ConntrackStates> States =
    [
        ConntrackStates.Invalid, ConntrackStates.New, ConntrackStates.Established, ConntrackStates.Related,
        ConntrackStates.Untracked,
    ];

    private const ConntrackStates Rewritten = ConntrackStates.Snat | ConntrackStates.Dnat;

    public static bool Has(string field) => field is "tcp flags" or "ct status";

    /// <summary>
    /// The comparison's text, without the field, and its match, which is null if unknown; null for any other field.
    /// </summary>
    public static (string Text, Match? Match)? Compare(string field, NftComparison with) => field switch
    {
        "tcp flags" => OfTcp(with),
        "ct state" => OfState(with),
        "ct status" => OfStatus(with),
        "ip frag-off" => OfFragment(with),
        _ => null,
    };

    private static (string, Match?) OfTcp(NftComparison with)
    {
        var values = with.Values.Select(TcpFlagWords.Parse).ToList();
        if (values.Contains(null) || values.Count == 0)
            return ("", null);
        var flags = values.Aggregate((one, other) => one | other)!.Value;
        switch (with)
        {
            case { Steps: [("&" or "and", var operand)], IsSet: false, Operator: "" or "==" or "!=" }:
                return TcpFlagWords.Parse(operand) is { } mask ? Tcp(mask, flags, with.IsNegated) : ("", null);
            case { Steps.IsEmpty: false }:
                return ("", null);
            case { Operator: "", IsSet: false }:
                return (flags & (flags - 1)) == 0 ? Tcp(flags, flags, false) : Tcp(flags, 0, true);
            case { Operator: "!", IsSet: false }:
                return Tcp(flags, 0, false);
            case { Operator: "==" or "!=", IsSet: false }:
                return Tcp(TcpFlagWords.All, flags, with.IsNegated);
            case { Operator: "" or "!=", IsSet: true }:
                var sorted = values.Distinct().Order().ToList();
                return (
                    SetOf(with, sorted.Select(one => $"0x{(int)one!:x}")),
                    new AnyOfMatch(
                        [
                            .. sorted.Select(one => (ImmutableArray<Match>)
                                [new TcpFlagsMatch(TcpFlagWords.All, one!.Value, false)]),
                        ],
                        with.IsNegated));
            default:
                return ("", null);
        }
    }

    private static (string, Match) Tcp(TcpFlags mask, TcpFlags set, bool negated) => (
        $"& ({TcpFlagWords.Text(mask)}) {(negated ? "!=" : "==")} {TcpFlagWords.Text(set)}",
        new TcpFlagsMatch(mask, set, negated));

    private static (string, Match?) OfState(NftComparison with)
    {
        var values = with.Values.Select(ConntrackWords.Parse).ToList();
        var mask = with.Steps is [("&" or "and", var operand)] ? ConntrackWords.Parse(operand) : null;
        if (values.Exists(value => value is null) || !with.Steps.IsEmpty && mask is null
            || values.Append(mask).Any(
                value => value is { } states && (states & ~States.Aggregate((a, b) => a | b)) != 0)
            || !Holds(States[0]).HasValue)
            return ("", null);
        var held = States.Where(state => Holds(state)!.Value).Aggregate(ConntrackStates.None, (a, b) => a | b);
        var words = with.Values.Select(Sorted).Order(StringComparer.Ordinal).ToList();
        var text = with.IsSet ? $"{{ {string.Join(", ", words)} }}" : words[0];
        var masked = with.Steps is [var step] ? $"& ({Joined(step.Operand)}) " : "";
        // Not new is shorter than all others.
        var rest = States.Where(state => (held & state) == 0).Aggregate(ConntrackStates.None, (a, b) => a | b);
        Match match = with.Operator is "!=" or "!" && mask is null
            ? new ConntrackMatch(rest, true)
            : new ConntrackMatch(held, false);
        return ($"{masked}{(with.Operator.Length > 0 ? with.Operator + " " : "")}{text}", match);

        bool? Holds(ConntrackStates state)
        {
            var field = mask is { } on ? state & on : state;
            return with.Operator switch
            {
                "" when with.IsSet => values.Contains(field),
                "" when mask is not null => values.Contains(field),
                "" => values.Exists(value => (field & value) != 0),
                "==" => values.Contains(field),
                "!=" => !values.Contains(field),
                "!" => values.TrueForAll(value => (field & value) == 0),
                _ => null,
            };
        }
    }

    private static (string, Match?) OfStatus(NftComparison with)
    {
        var values = with.Values.Select(Status).ToList();
        if (values is not [{ } flags] || with.IsSet)
        {
            // NAT leaves a flag without a name beside each of its two (nf_nat_core.c, nf_nat_setup_info), so the whole
            // status is never just one of these.
            return with.IsPlain && values.Count > 0 && values.TrueForAll(value => ((value ?? 0) & Rewritten) != 0)
                ? (SetOf(with, with.Values.Select(Sorted)), new ConntrackMatch(ConntrackStates.None, with.IsNegated))
                : ("", null);
        }

        var text = Sorted(with.Values[0]);
        switch (with)
        {
            case { Steps: [("&" or "and", var operand)], Operator: "" or "==" or "!=" }
                when Status(operand) is { } mask:
                var shown = $"& ({Joined(operand)}) {(with.IsNegated ? "!=" : "==")} {Joined(text)}";
                if (flags == 0)
                    return (shown, new ConntrackMatch(mask, !with.IsNegated));
                return flags == mask && (mask & (mask - 1)) == 0
                    ? (shown, new ConntrackMatch(mask, with.IsNegated))
                    : ("", null);
            case { Steps.IsEmpty: false }:
                return ("", null);
            case { Operator: "" }:
                return (text, new ConntrackMatch(flags, false));
            case { Operator: "!" }:
                return ($"! {text}", new ConntrackMatch(flags, true));
            case { Operator: "==" or "!=" } when (flags & Rewritten) != 0:
                return ($"{with.Operator} {text}", new ConntrackMatch(ConntrackStates.None, with.IsNegated));
            default:
                return ("", null);
        }
    }

    // All but the highest three bits of the field are the offset (include/net/ip.h, IP_OFFSET).
    private static (string, Match?) OfFragment(NftComparison with) =>
        with is { Steps: [("&" or "and", var mask)], Operator: "" or "==" or "!=", Values: [var value] }
        && NftNumber.Parse(mask) == 0x1fff && NftNumber.Parse(value) == 0
            ? ($"& 0x1fff {(with.IsNegated ? "!=" : "==")} 0", new FragmentMatch(!with.IsNegated))
            : ("", null);

    private static ConntrackStates? Status(string words)
    {
        var states = ConntrackStates.None;
        foreach (var word in words.Split(','))
            switch (word)
            {
                case "expected": states |= ConntrackStates.Expected; break;
                case "seen-reply": states |= ConntrackStates.SeenReply; break;
                case "assured": states |= ConntrackStates.Assured; break;
                case "confirmed": states |= ConntrackStates.Confirmed; break;
                case "snat": states |= ConntrackStates.Snat; break;
                case "dnat": states |= ConntrackStates.Dnat; break;
                case "0" or "0x0" or "0x00000000": break;
                default: return null;
            }

        return states;
    }

    private static string Sorted(string words) =>
        string.Join(',', words.ToLowerInvariant().Split(',').Distinct().Order(StringComparer.Ordinal));

    private static string Joined(string words) => words.Replace(",", " | ", StringComparison.Ordinal);

    private static string SetOf(NftComparison with, IEnumerable<string> values) =>
        $"{(with.IsNegated ? "!= " : "")}{{ {string.Join(", ", values)} }}";
}
