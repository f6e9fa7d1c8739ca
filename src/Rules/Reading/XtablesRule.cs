using Hooktrail.Rules.Known;

namespace Hooktrail.Rules.Reading;

/// <summary>
/// Reads one rule option by option, after the chain's name. With <paramref name="careful"/>, each option is translated
/// and read again; if the meaning has changed, it becomes an unknown match or target with its text in quotes. All other
/// options stay, so the rule matches no more packets than before.
/// </summary>
internal sealed partial class XtablesRule(
    ChainId chain, ImmutableArray<string> tokens, NameTranslation translation, IpSets sets,
    Func<string, bool> isChain, string where, bool careful = false)
{
    /// <summary>The option for conditions that could not be read; their text follows.</summary>
    private const string Unreadable = "--unreadable";

    /// <summary>The target that could not be read; its text is in the option <c>--text</c>.</summary>
    private const string UnreadableTarget = "UNREADABLE";

    private readonly List<string> _condition = [];
    private readonly List<string> _action = [];
    private readonly ImmutableArray<Match>.Builder _matches = ImmutableArray.CreateBuilder<Match>();
    private readonly IpVersion _version = chain.Layer == Layer.Ip6tables ? IpVersion.V6 : IpVersion.V4;
    private readonly bool _isEbtables = chain.Layer == Layer.Ebtables;
    private readonly bool _isArptables = chain.Layer == Layer.Arptables;
    private readonly OptionNames _names = new(chain.Layer);
    private int _at;
    private int _option;
    private string? _module;
    private string? _jump;
    private bool _goto;
    private bool _ours;

    // Whether the sign stands behind the option, where ebtables prints it and old releases of iptables took it.
    private bool _signBehind;

    private bool IsAtEnd => _at >= tokens.Length;

    /// <summary>Returns no rule for a tap of Hooktrail's, and two if the rule does two things.</summary>
    public IEnumerable<Rule> Read()
    {
        while (!IsAtEnd)
        {
            _option = _at;
            var (option, negated) = Sign();
            Option(option, negated);
        }

        if (_ours)
            return [];
        BothPorts();
        if (careful && !Alone(_action).SequenceEqual(Made([], [])))
        {
            var text = RuleTokens.Join(_action);
            return [Rule(
                _condition, _matches.ToImmutable(), new UnknownTarget(text), ["-j", UnreadableTarget, "--text", text])];
        }

        return Made(_condition, _matches.ToImmutable());
    }

    /// <summary>
    /// What follows from <c>! --sport 80 ! --dport 53</c> depends on the release of iptables that loaded it.
    /// </summary>
    private void BothPorts()
    {
        if (_isEbtables || _isArptables || !_condition.Contains("tcp") && !_condition.Contains("udp"))
            return;
        var ports = _matches.OfType<PortMatch>().Where(port => port is { Negated: true, Ranges: [var only] }
            && only.First == only.Last && only.First > 0).ToList();
        if (ports is not [var one, var other] || one.Role == other.Role || _condition.Contains("multiport"))
            return;
        _matches[_matches.IndexOf(one)] = LoadedAsOne.OrNot(one, other, "! --sport with ! --dport");
        _matches.Remove(other);
    }

    /// <summary>The next option, and whether a «!» stands before it or between it and what it asks for.</summary>
    private (string Option, bool Negated) Sign()
    {
        var before = tokens[_at] == "!";
        if (before)
            _at++;
        Spell();
        var option = Next();
        _signBehind = !before && tokens.ElementAtOrDefault(_at) == "!"
            && tokens.ElementAtOrDefault(_at + 1) is { } asked && !asked.StartsWith('-');
        if (_signBehind)
            _at++;
        return (option, before || _signBehind);
    }

    /// <summary>
    /// Writes the next option as the tools print it: <c>--dpo=80</c> is <c>--dport 80</c>, <c>-ieth0</c> is
    /// <c>-i eth0</c>, and <c>-fj</c> is <c>-f -j</c>.
    /// </summary>
    private void Spell()
    {
        switch (tokens.ElementAtOrDefault(_at))
        {
            case Unreadable or "--text":
                break;
            case ['-', '-', _, ..] option:
                var sign = option.IndexOf('=');
                var whole = _names.Whole(sign < 0 ? option : option[..sign]);
                if (whole != option)
                    Replace(sign < 0 ? [whole] : [whole, option[(sign + 1)..]]);
                break;
            case ['-', 'c' or 'd' or 'g' or 'i' or 'j' or 'm' or 'o' or 'p' or 's' or 't' or 'w', _, ..] option:
                Replace([option[..2], option[2..]]);
                break;
            case ['-', '4' or '6' or 'f' or 'n' or 'v' or 'x', _, ..] option:
                Replace([option[..2], "-" + option[2..]]);
                break;
        }
    }

    private void Replace(ImmutableArray<string> words) => tokens = [.. tokens[.._at], .. words, .. tokens[(_at + 1)..]];

    /// <summary>The option, its sign where it was written, and what it asks for.</summary>
    private ImmutableArray<string> Words(string option, bool negated, params IEnumerable<string> arguments) =>
        !negated ? [option, .. arguments]
        : _signBehind ? [option, "!", .. arguments]
        : ["!", option, .. arguments];

    private Rule Rule(
        IEnumerable<string> condition, ImmutableArray<Match> matches, Target target, IEnumerable<string> action) =>
        new(RuleTokens.Join(["-A", chain.Name, .. condition, .. action]), matches, target);

    private IEnumerable<Rule> Alone(IEnumerable<string> words)
    {
        try
        {
            return new XtablesRule(
                chain, [.. words], translation.OfWritten, sets, isChain, where).Read();
        }
        catch (HooktrailException)
        {
            return [];
        }
    }

    private bool Condition(ImmutableArray<string> words, params ImmutableArray<Match> matches)
    {
        if (careful && !Alone(words).SequenceEqual([Rule(words, matches, new ContinueTarget(""), [])]))
            (words, matches) =
                ([Unreadable, RuleTokens.Join(words)], [new UnknownMatch(RuleTokens.Join(words), false)]);
        _condition.AddRange(words);
        _matches.AddRange(matches);
        return true;
    }

    private void Option(string option, bool negated)
    {
        if (option is not ['-', _, ..])
            throw new HooktrailException(
                $"{where}: \"{option}\" is no option, and one must be there; give the output of {chain.Layer.Name()}-save as it is.");
        if (!(_isEbtables ? Frame(option, negated) : Plain(option, negated)) && !Common(option, negated))
            Unknown(option, negated);
    }

    private bool Common(string option, bool negated)
    {
        switch (option)
        {
            case "-j" or "--jump" or "-g" or "--goto":
                _jump = Next();
                _goto = option is "-g" or "--goto";
                if (!isChain(_jump) && _jump is not ("ACCEPT" or "DROP" or "RETURN" or "QUEUE"))
                    _names.Load(_jump);
                _action.AddRange([_goto ? "-g" : "-j", _jump]);
                return true;
            case "-i" or "--in-interface" or "--in-if":
                return Device("-i", DeviceRole.In, negated);
            case "-o" or "--out-interface" or "--out-if":
                return Device("-o", DeviceRole.Out, negated);
            case "-t" or "--table":
                throw new HooktrailException(
                    $"{where}: the table {Next()} is named behind the chain; name it before, as in \"{chain.Layer.Name()} -t nat -A OUTPUT\".");
            case "-n" or "--numeric" or "-v" or "--verbose" or "-x" or "--exact" or "--line-numbers":
                return true;
            case "-w" or "--wait":
                if (Number(tokens.ElementAtOrDefault(_at) ?? "", int.MaxValue) is not null)
                    _at++;
                return true;
            case "-4" or "--ipv4" when _version == IpVersion.V4:
            case "-6" or "--ipv6" when _version == IpVersion.V6:
                return true;
            case "-c" or "--set-counters":
                _ = (Next(), Next());
                return true;
            case "--mark" when _jump is null || _module is "mark" or "connmark":
                return Mark(negated);
            case Unreadable:
                var text = Next();
                return Condition([option, text], new UnknownMatch(text, false));
        }

        return false;
    }

    private bool Add(string option, bool negated, string? argument, Func<string, Match?> match) => Condition(
        Words(option, negated, argument is null ? [] : [argument]),
        match(argument ?? "") ?? new UnknownMatch($"{Owner(option)} {argument}", negated));

    /// <summary>The option as users know it: <c>-m tcp --tcp-option</c>.</summary>
    private string Owner(string option) =>
        option.StartsWith("--", StringComparison.Ordinal) && _module is not null ? $"-m {_module} {option}" : option;

    private bool Device(string option, DeviceRole role, bool negated) =>
        Add(option, negated, translation.Device(Next()), text => new DeviceMatch(
            role, NameTranslation.Devices(text), negated));

    private bool Addresses(string option, AddressRole role, IpVersion version, bool negated) =>
        Add(option, negated, translation.Addresses(Next(), version), text => translation.AddressMatchOf(
            text, role, version, negated));

    private bool Protocol(string option, bool negated)
    {
        var protocol = Next();
        _names.Protocol(ProtocolWords.Parse(protocol));
        return ProtocolWords.Parse(protocol) is { } known
            ? Add(option, negated, protocol, _ => new ProtocolMatch(known, negated))
            // Every packet has a protocol, so iptables never prints «not any» as a match.
            : negated ? Add(option, negated, protocol, _ => null) : Condition([option, protocol]);
    }

    private bool Ports(string option, AddressRole role, bool negated) =>
        Add(option, negated, translation.Ports(Next()), text => NameTranslation.Ranges(text) is { } ranges
            ? new PortMatch(role, ranges, negated)
            : null);

    private bool Mac(string option, AddressRole role, bool negated) =>
        Add(option, negated, translation.Mac(Next()), text => MacWords.Parse(text) is { } owner
            ? new MacMatch(role, owner, negated)
            : null);

    private bool Mark(bool negated)
    {
        var (text, isOfConnection) = (Next(), _module == "connmark");
        // ebtables prints /0x3 for «any of these bits» (ebt_mark_m.c, EBT_MARK_OR).
        if (_isEbtables && text.StartsWith('/'))
            return Add("--mark", negated, text, _ => NftNumber.Parse(text[1..]) is { } bits
                ? new MarkMatch(0, bits, !negated)
                : null);
        return Add("--mark", negated, text, _ => (MarkOf(text), isOfConnection) switch
        {
            ((var value, var mask), false) => new MarkMatch(value, mask, negated),
            ((var value, var mask), true) => new ConnectionMarkMatch(value, mask, negated),
            _ => null,
        });
    }

    private void Unknown(string option, bool negated)
    {
        List<string> words = [.. Words(option, negated)];
        var from = words.Count;
        if (TakesAnyText(option))
            words.Add(Next());
        else
            Skip(words);
        if (_jump is null || option is ['-', not '-', ..])
            Condition([.. words], new UnknownMatch(Owner(option), negated));
        else
            TargetOption(option, words, [.. words[from..]]);
    }

    /// <summary>Takes all words up to the next option.</summary>
    private void Skip(List<string> text)
    {
        while (!IsAtEnd && tokens[_at] != "!" && !tokens[_at].StartsWith('-'))
            text.Add(Next());
        if (_module is not null && !XtablesWords.HasOptions(_module) && _jump is null)
            SkipModule(text);
    }

    /// <summary>
    /// Takes all words up to the next option of iptables, or of another module: the long options after -m belong to it.
    /// </summary>
    private void SkipModule(List<string> text)
    {
        while (!IsAtEnd)
        {
            var (start, isSigned) = (_at, tokens[_at] == "!");
            _at += isSigned ? 1 : 0;
            Spell();
            var ends = IsOfNoModule(tokens.ElementAtOrDefault(_at));
            _at = start;
            if (ends)
                return;
            text.Add(Next());
            if (TakesAnyText(text[^1]) && !IsAtEnd)
                text.Add(Next());
        }
    }

    // What follows is no option, even if it looks like one.
    private static bool TakesAnyText(string option) => option is
        "--log-prefix" or "--nflog-prefix" or "--ulog-prefix" or "--text" or "--string" or "--hex-string"
        or "--u32" or "--bytecode" or "--name" or "--hashlimit-name" or "--rateest-name" or "--nfacct-name" or "--label"
        or "--path" or "--helper" or "--genre";

    private static bool IsOfNoModule(string? option) =>
        option is ['-', not '-', ..] or "--jump" or "--goto" or "--match" or Unreadable;

    private static (uint Value, uint Mask)? MarkOf(string text)
    {
        var parts = text.Split('/');
        return parts.Length <= 2
            && NftNumber.Parse(parts[0]) is { } value
            && (parts.Length == 1 ? uint.MaxValue : NftNumber.Parse(parts[1])) is { } mask
            ? (value, mask)
            : null;
    }

    private static int? Number(string text, int last = 255) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= last
            ? number
            : null;

    private string Next() =>
        !IsAtEnd
            ? tokens[_at++]
            : throw new HooktrailException(
                $"{where}: the rule ends after \"{(tokens.IsEmpty ? chain.Name : tokens[^1])}\", which something must follow; give the output of {chain.Layer.Name()}-save as it is.");
}
