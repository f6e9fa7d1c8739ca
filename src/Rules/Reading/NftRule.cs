namespace Hooktrail.Rules.Reading;

/// <summary>
/// Reads one rule of nft and makes one rule for each action, with the matches before that action. Verdict maps, and
/// sets of one-value matches, become one rule for each element; their keys exclude each other, so the order does
/// not matter. With <paramref name="careful"/>, each statement is translated and read again; if the meaning has
/// changed, it becomes an unknown match or target with its text in quotes. All other statements stay, so the rule
/// matches no more packets than before.
/// </summary>
internal sealed class NftRule(NftTable table, ImmutableArray<NftToken> tokens, bool careful = false)
{
    private static readonly ImmutableArray<string> Heads =
    [
        "meta", "ip", "ip6", "tcp", "udp", "sctp", "th", "icmp", "icmpv6", "ct", "ether", "arp", "fib", "iif",
        "iifname", "oif", "oifname", "mark", "counter", "log", "accept", "drop", "return", "continue", "jump", "goto",
        "dnat", "snat", "masquerade", "redirect", "reject", "notrack", "comment", "queue", "tproxy", "dup", "fwd",
        "limit", "quota", "xt", "socket", "rt", "vlan", "numgen", "jhash", "synproxy", "flow", "set", "map", "update",
        "add", "delete", "pkttype", "ibrname", "obrname", "last", Unreadable, UnreadableMatch,
    ];

    /// <summary>Words that begin a match on another header: an inner packet's, a policy's, a route's.</summary>
    private static readonly ImmutableArray<string> Wrapping =
        ["ipsec", "vxlan", "geneve", "gre", "gretap", "jhash", "rt"];

    /// <summary>Words that end such a match.</summary>
    private static readonly ImmutableArray<string> Actions =
    [
        "counter", "log", "accept", "drop", "return", "continue", "jump", "goto", "dnat", "snat", "masquerade",
        "redirect", "reject", "notrack", "comment", "queue", "tproxy", "dup", "fwd", "synproxy", "flow", "last",
        Unreadable, UnreadableMatch,
    ];

    /// <summary>The word for an action that could not be read; its text follows in quotes.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>The word for a match that could not be read; its text follows in quotes.</summary>
    public const string UnreadableMatch = "unreadable-match";

    /// <summary>The matches so far, in each of the cases that sets make.</summary>
    private ImmutableArray<NftCase> _cases = [new("", [])];

    private readonly ImmutableArray<Rule>.Builder _rules = ImmutableArray.CreateBuilder<Rule>();
    private int _at;
    private bool _ours;

    /// <summary>Returns no rule for a tap of Hooktrail's.</summary>
    public IEnumerable<Rule> Read()
    {
        while (_at < tokens.Length && !_ours)
            Statement();
        if (_ours)
            return [];
        if (_rules.Count == 0)
            Do("", new ContinueTarget(""));
        return _rules;
    }

    private void Statement()
    {
        var word = Next();
        switch (word)
        {
            case "accept":
                Do(word, new AcceptTarget());
                break;
            case "drop":
                Do(word, new DropTarget());
                break;
            case "return":
                Do(word, new ReturnTarget());
                break;
            case "continue":
                break;
            case "jump" or "goto" when At("{"):
                Do(Rest(word, []), new UnknownTarget(word));
                break;
            case "jump" or "goto":
                var chain = table.ChainName(Next());
                Do($"{word} {chain}", new JumpTarget(chain, word == "goto"));
                break;
            case "comment":
                Next();
                break;
            case "counter":
                while (Peek() is "packets" or "bytes" or "name")
                    _ = (Next(), Next());
                break;
            case "last":
                if (Take("used"))
                    Next();
                break;
            case "log":
                Log();
                break;
            case "xt":
                Xt();
                break;
            case "notrack":
                Do(word, new NotrackTarget());
                break;
            case "masquerade":
                Skip();
                Do(word, new MasqueradeTarget());
                break;
            case "redirect":
                Redirect();
                break;
            case "dnat" or "snat":
                Nat(word);
                break;
            case "reject":
                Reject();
                break;
            case Unreadable:
                Do($"{word} \"{Peek()}\"", new UnknownTarget(Next()));
                break;
            case UnreadableMatch:
                Add([Unread(Next())]);
                break;
            case "queue" or "tproxy" or "dup" or "fwd" or "synproxy" or "flow":
                Do(Rest(word), new UnknownTarget(word));
                break;
            case "update" or "add" or "delete":
                Fill();
                break;
            case "set" or "map":
                // The statement sets an unknown field; the unknown match before it has the field's name.
                Do(Rest(word), new UnknownTarget(word));
                break;
            default:
                _at--;
                Condition();
                break;
        }
    }

    private void Log()
    {
        while (Peek() is "prefix" or "level" or "group" or "snaplen" or "queue-threshold" or "flags")
            switch (Next())
            {
                case "prefix":
                    _ours |= OurTaps.Wrote(Next());
                    break;
                // log flags tcp sequence,options flags ip options
                case "flags" when Next() is "tcp" or "ip":
                    while (Peek() is "sequence" or "options" or ",")
                        _at++;
                    break;
                case "flags":
                    break;
                default:
                    Next();
                    break;
            }
    }

    // nft prints extensions of iptables that it cannot express as xt match "string", xt target "TEE".
    private void Xt()
    {
        var (start, kind) = (_at - 1, Next());
        if (kind == "match")
            Unknown(start);
        else
            Do(Rest($"xt {kind}"), new UnknownTarget($"xt {tokens.ElementAtOrDefault(start + 2).Text}"));
    }

    // Packets fill the set, so a lookup in it is an unknown match. A limit or a ct count in
    // this statement may stop the rule.
    private void Fill()
    {
        var start = _at - 1;
        while (_at < tokens.Length && Next() != "}")
        {
        }

        if (tokens[start.._at].Any(token => token.Is("limit") || token.Is("count") || token.Is("quota")))
            Add([Unread(Shown(tokens[start.._at]))]);
    }

    private static NftCase Unread(string text) =>
        new($"{UnreadableMatch} \"{text.Replace('"', '\'')}\"", [new UnknownMatch(text.Replace('"', '\''), false)]);

    private void Condition()
    {
        var start = _at;
        var selectors = new List<NftSelector>();
        do
        {
            if (NftSelector.Read(Next, Peek, table) is not { } selector)
            {
                Unknown(start);
                return;
            }

            selectors.Add(selector);
        }
        while (Take("."));

        if (selectors is [{ } only] && Take("set"))
            Set(only, start);
        else if (Take("vmap"))
            VerdictMap(selectors, start);
        else
            Compare(selectors, start);
    }

    private void Compare(List<NftSelector> selectors, int start)
    {
        var mask = "";
        if (Take("&") || Take("and"))
            mask = string.Join(',', Values().Select(value => string.Join(',', value)));
        var operation = Peek() is "==" or "!=" or "<" or ">" or "<=" or ">=" ? Next() : "==";
        var negated = operation == "!=";
        if (Peek().StartsWith('@') && !table.Named.ContainsKey(Peek()[1..]))
        {
            Unknown(start);
            return;
        }

        if (selectors is [{ } only])
        {
            var values =
                Values().Select(value => value.Length == 1 ? value[0] : string.Join(',', value)).ToImmutableArray();
            if (Take("/"))
                mask = string.Join(',', Values().Select(value => value[0]));
            if (values.IsEmpty)
                Add([negated ? UnknownCase(start) : Never]);
            else
                Add(only.Cases(values, operation, mask) ?? [UnknownCase(start)]);
        }
        else if (negated || operation != "==" || mask.Length > 0)
        {
            Unknown(start);
        }
        else
        {
            var elements = Elements();
            Add([.. elements.SelectMany(element => Both(selectors, element.Key, start))]);
        }
    }

    // A lookup in an empty set never matches.
    private static NftCase Never => new("ip saddr { }", [new AddressMatch(AddressRole.Source, [], false)]);

    private void VerdictMap(List<NftSelector> selectors, int start)
    {
        if (Peek().StartsWith('@') && !table.Named.ContainsKey(Peek()[1..]))
        {
            Do(Rest(Shown(tokens[start.._at])), new UnknownTarget("vmap"));
            return;
        }

        var before = _cases;
        var elements = Elements();
        // The catch-all element matches packets that no other key matches. A sequence of rules has the same effect only
        // if no verdict returns to this chain.
        if (elements.Any(element => element.Key is ["*"]) && !elements.All(
            element => element.Value is [{ Text: "accept" or "drop" or "return" }] or [{ Text: "goto" }, _]))
        {
            Do(Shown(tokens[start.._at]), new UnknownTarget("vmap"));
            return;
        }

        foreach (var element in elements.OrderBy(element => element.Key is ["*"]).ThenBy(
            element => string.Join(" . ", element.Key), StringComparer.Ordinal))
            foreach (var one in Both(selectors, element.Key, start))
            {
                _cases = before;
                Add([one]);
                switch (element.Value)
                {
                    case [{ Text: "accept" }]:
                        Do("accept", new AcceptTarget());
                        break;
                    case [{ Text: "drop" }]:
                        Do("drop", new DropTarget());
                        break;
                    case [{ Text: "return" }]:
                        Do("return", new ReturnTarget());
                        break;
                    case [{ Text: "jump" or "goto" } how, var to]:
                        var chain = table.ChainName(to.Text);
                        Do($"{how.Text} {chain}", new JumpTarget(chain, how.Text == "goto"));
                        break;
                    case [{ Text: "continue" }]:
                        break;
                    default:
                        Do("vmap", new UnknownTarget("vmap"));
                        break;
                }
            }

        _cases = before;
        if (_rules.Count == 0)
            Do("", new ContinueTarget(""));
    }

    private IEnumerable<NftCase> Both(List<NftSelector> selectors, ImmutableArray<string> key, int start)
    {
        if (key.Length != selectors.Count)
            return [UnknownCase(start)];
        ImmutableArray<NftCase> both = [new("", [])];
        for (var at = 0; at < key.Length; at++)
        {
            var cases = key[at] == "*" ? [new("", [])] : selectors[at].Cases([key[at]], "==", "");
            if (cases is null)
                return [UnknownCase(start)];
            both = [.. both.SelectMany(one => cases.Value.Select(one.And))];
        }

        return both;
    }

    private void Set(NftSelector selector, int start)
    {
        var words = tokens[_at..].TakeWhile(
            token => token.Quoted || !Heads.Contains(token.Text) || token.Text is "mark" or "meta").ToImmutableArray();
        _at += words.Length;
        var text = $"{selector.Name} set {string.Join(' ', words.Select(word => word.Text))}";
        switch (selector.Name)
        {
            case "meta mark":
                // Later statements would test the new mark, but the matches saw the old one.
                if (_at < tokens.Length && _cases.Any(one => one.Matches.OfType<MarkMatch>().Any()))
                {
                    _at = tokens.Length;
                    Do(Shown(tokens[start..]), new UnknownTarget("meta mark set"));
                }
                else
                {
                    Do(
                        text,
                        MarkOf([.. words.Select(word => word.Text).Where(word => word is not ("meta" or "mark"))]));
                }

                break;
            case "meta broute" when words is [{ Text: "1" }]:
                Do(text, new BrouteTarget());
                break;
            case "ip ttl" or "ip6 hoplimit" when words is [var word]
                && int.TryParse(word.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var ttl):
                Do(text, new TtlTarget(ttl));
                break;
            case "meta nftrace" or "meta priority" or "meta secmark" or "ip dscp" or "ip6 dscp":
                break;
            case "tcp option maxseg size":
                Skip(Actions);
                break;
            case "ct mark" or "ct label" or "ct event" or "ct secmark":
                // No trail shows it, but it needs conntrack.
                Do(text, new ContinueTarget(selector.Name));
                break;
            default:
                Do(
                    text,
                    new UnknownTarget(string.Join(' ', tokens[start..].Take(2).Select(token => token.Text)) + " set"));
                break;
        }
    }

    private static Target MarkOf(ImmutableArray<string> words) => words switch
    {
        [var value] when NftNumber.Parse(value) is { } number => new MarkTarget(number, uint.MaxValue),
        ["|" or "or", var value] when NftNumber.Parse(value) is { } number => new MarkTarget(number, number),
        ["&" or "and", var value] when NftNumber.Parse(value) is { } number => new MarkTarget(0, ~number),
        ["^" or "xor", var value] when NftNumber.Parse(value) is { } number => new MarkTarget(number, 0),
        _ => new UnknownTarget("meta mark set"),
    };

    private void Redirect()
    {
        int? port = null;
        var text = "redirect";
        if (Take("to"))
        {
            var to = table.Translation.Port(Next().TrimStart(':'));
            text += $" to :{to}";
            port = Port(to);
            if (port is null)
            {
                Do(Rest(text), new UnknownTarget("redirect"));
                return;
            }
        }

        Skip();
        Do(text, new RedirectTarget(port));
    }

    private void Nat(string word)
    {
        var version = table.Version;
        var text = word;
        if (Peek() is "ip" or "ip6")
        {
            var family = Next();
            version = family == "ip" ? IpVersion.V4 : IpVersion.V6;
            if (table.Version is null)
            {
                Require(version.Value);
                text += " " + family;
            }
        }

        if (version is null || !Take("to"))
        {
            Do(Rest(word), new UnknownTarget(word));
            return;
        }

        var start = _at;
        if (!tokens[_at..].Any(token => token.Is("map")))
        {
            To(word, text, Next(), version.Value);
            Skip();
            return;
        }

        // dnat to tcp dport map { 8080 : 172.18.0.2 . 80 }
        var selectors = new List<NftSelector>();
        do
            if (NftSelector.Read(Next, Peek, table) is { } selector)
                selectors.Add(selector);
            else
                break;
        while (Take("."));
        var mapped = Take("map") && !(Peek().StartsWith('@') && !table.Named.ContainsKey(Peek()[1..]));
        if (!mapped)
        {
            Do(Rest(word), new UnknownTarget(word));
            return;
        }

        var before = _cases;
        foreach (var element in Elements().OrderBy(element => string.Join(" . ", element.Key), StringComparer.Ordinal))
            foreach (var one in Both(selectors, element.Key, start))
            {
                _cases = before;
                Add([one]);
                var value = element.Value.Where(token => !token.Is(".")).Select(token => token.Text).ToArray();
                To(word, text, value is [var address, var port]
                    ? address.Contains(':') ? $"[{address}]:{port}" : $"{address}:{port}"
                    : string.Concat(value), version.Value);
            }

        _cases = before;
        Skip();
    }

    private void To(string word, string text, string to, IpVersion version)
    {
        var (address, port) = Split(to);
        var name = address.Length == 0 ? null : table.Translation.Addresses(address, version);
        var number = port.Length == 0 ? null : Port(table.Translation.Port(port));
        var ranged = AddressRange.TryParse(address, out var range) && !range.IsOne;
        if (ranged || port.Length > 0 && number is null || name is null && word == "snat" && number is null)
        {
            Do($"{text} to {to}", new UnknownTarget(word));
            return;
        }

        var shown = $"{text} to {(name is not null && name.Contains(':') && number is not null ? $"[{name}]" : name)}{(number is null ? "" : $":{number}")}";
        Do(shown, word == "dnat" ? new DnatTarget(name, number) : new SnatTarget(name, number));
    }

    private static (string Address, string Port) Split(string text)
    {
        if (text.StartsWith('[') && text.IndexOf(']') is var end and > 0)
            return (text[1..end], text[(end + 1)..].TrimStart(':'));
        return text.Count(one => one == ':') == 1 && text.IndexOf(':') is var colon
            ? (text[..colon], text[(colon + 1)..])
            : (text, "");
    }

    private void Reject()
    {
        if (!Take("with"))
        {
            RejectAny("port-unreachable");
            return;
        }

        var how = Next();
        if (how == "tcp" && Take("reset"))
        {
            if (!_cases.All(one => one.Matches.Contains(new ProtocolMatch("tcp", false))))
                Add([new("meta l4proto tcp", [new ProtocolMatch("tcp", false)])]);
            Do("reject with tcp reset", new RejectTarget("tcp-reset"));
            return;
        }

        Take("type");
        var code = Next();
        if (how == "icmpx")
            RejectAny(code);
        else if (how is "icmp" or "icmpv6")
            RejectOf(how == "icmp" ? IpVersion.V4 : IpVersion.V6, code);
        else
            Do(Rest("reject"), new UnknownTarget("reject"));
    }

    private void RejectAny(string code)
    {
        var before = _cases;
        foreach (var version in table.Version is { } only ? [only] : (IpVersion[])[IpVersion.V4, IpVersion.V6])
        {
            _cases = before;
            RejectOf(version, (version, code) switch
            {
                (IpVersion.V4, "no-route") => "net-unreachable",
                (IpVersion.V6, "host-unreachable") => "addr-unreachable",
                _ => code,
            });
        }

        _cases = before;
    }

    private void RejectOf(IpVersion version, string code)
    {
        if (table.Version is null)
            Require(version);
        // iptables has a different word for one of them.
        var name = version == IpVersion.V4
            ? $"icmp-{code}"
            : $"icmp6-{(code == "admin-prohibited" ? "adm-prohibited" : code)}";
        Do($"reject with {(version == IpVersion.V4 ? "icmp" : "icmpv6")} {code}", new RejectTarget(name));
    }

    private void Require(IpVersion version)
    {
        if (!_cases.All(one => one.Matches.Contains(FamilyMatch(version))))
            Add([OfFamily(version)]);
    }

    private static NftCase OfFamily(IpVersion version) => new($"meta nfproto {version.Name()}", [FamilyMatch(version)]);

    private static FrameProtocolMatch FamilyMatch(IpVersion version) => new(version.Name(), false);

    private void Do(string text, Target target)
    {
        if (careful && (target is UnknownTarget || !Alone(text).SequenceEqual([new(text, [], target)])))
            (text, target) =
                ($"{Unreadable} \"{text.Replace('"', '\'')}\"", new UnknownTarget(text.Replace('"', '\'')));
        foreach (var one in _cases)
            _rules.Add(
                new(string.Join(' ', new[] { one.Text, text }.Where(part => part.Length > 0)), one.Matches, target));
    }

    private void Add(ImmutableArray<NftCase> more)
    {
        if (careful)
            more = [.. more.Select(one => one.Matches.OfType<UnknownMatch>().Any() || !IsReadAs(one)
                ? Unread(one.Text)
                : one)];
        _cases = [.. _cases.SelectMany(one => more.Select(one.And))];
    }

    private bool IsReadAs(NftCase one) =>
        Alone(one.Text).SequenceEqual([new(one.Text, one.Matches, new ContinueTarget(""))]);

    /// <summary>Reads a part of the rule's text by itself; returns nothing if that is no rule.</summary>
    private IEnumerable<Rule> Alone(string text) => InLab(table, text)?.Read() ?? [];

    /// <summary>Null if the text is no rule, or if its unmatched braces would end the table.</summary>
    public static NftRule? InLab(NftTable table, string text)
    {
        ImmutableArray<NftToken> words = [.. NftTokens.Split([text]).Where(token => !token.Is("\n"))];
        var depth = 0;
        return words is not [{ Quoted: false, Text: "type" or "policy" or "comment" }, ..]
            && words.All(word => (depth += word.Is("{") ? 1 : word.Is("}") ? -1 : 0) >= 0) && depth == 0
            ? new(new(table.Family, table.Name, new(LabNamesAsTheyAre.Instance)), words)
            : null;
    }

    private void Unknown(int start) => Add([UnknownCase(start)]);

    /// <summary>Takes all words up to the next known statement.</summary>
    private NftCase UnknownCase(int start)
    {
        _at = Math.Max(_at, start + 1);
        Skip(Wrapping.Contains(tokens[start].Text) ? Actions : Heads);
        var words = tokens[start..Math.Min(_at, tokens.Length)];
        var named = words.TakeWhile(word => !word.Quoted && word.Text.Length > 0 && char.IsLetter(word.Text[0]))
            .Select(word => word.Text)
            // limit and its relatives are whole matches; all others have a header before the field.
            .Take(words[0].Text is "limit" or "quota" or "connlimit" or "xt" or "numgen" or "jhash" ? 1 : 2);
        var name = string.Join(' ', named);
        return new(Shown(words), [new UnknownMatch(name.Length > 0 ? name : words[0].Text, false)]);
    }

    private static string Shown(ImmutableArray<NftToken> words) =>
        string.Join(' ', words.Select(word => word.Quoted ? $"\"{word.Text}\"" : word.Text));

    private string Rest(string begun) => Rest(begun, Heads);

    private string Rest(string begun, ImmutableArray<string> next)
    {
        var start = _at;
        Skip(next);
        var rest = Shown(tokens[start.._at]);
        return rest.Length == 0 ? begun : $"{begun} {rest}";
    }

    private void Skip() => Skip(Heads);

    private void Skip(ImmutableArray<string> next)
    {
        while (_at < tokens.Length && (tokens[_at].Quoted || !next.Contains(tokens[_at].Text)))
            _at++;
    }

    /// <summary>The values of a set, of a list, or a single value.</summary>
    private ImmutableArray<ImmutableArray<string>> Values()
    {
        if (Peek() == "{" || Peek().StartsWith('@'))
            return [.. Elements().Select(element => element.Key)];
        var values = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
        if (Take("("))
        {
            while (_at < tokens.Length && Next() is var word && word != ")")
                if (word != "|")
                    values.Add([word]);
            return [[.. values.Select(value => value[0])]];
        }

        do
            values.Add([Next()]);
        while (Take(",") || Take("|"));
        return values.ToImmutable();
    }

    private ImmutableArray<NftElement> Elements()
    {
        if (Peek().StartsWith('@'))
            return table.Named.TryGetValue(Next()[1..], out var named) ? named : [];
        if (Peek() != "{")
        {
            var parts = new List<string>();
            do
                parts.Add(Next());
            while (Take("."));
            return [new([.. parts], [])];
        }

        var end = Math.Min(
            tokens.Length,
            Enumerable.Range(_at, tokens.Length - _at).FirstOrDefault(at => tokens[at].Is("}"), tokens.Length - 1) + 1);
        var elements = NftElements.Read(tokens[_at..end]);
        _at = end;
        return elements;
    }

    private static int? Port(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535
            ? port
            : null;

    private bool At(string word) => _at < tokens.Length && tokens[_at].Is(word);

    private bool Take(string word)
    {
        if (!At(word))
            return false;
        _at++;
        return true;
    }

    private string Peek() => _at < tokens.Length ? tokens[_at].Text : "";

    // If a rule ends too early, the missing word becomes empty, which is no name.
    private string Next() => _at < tokens.Length ? tokens[_at++].Text : "";
}

internal sealed record NftCase(string Text, ImmutableArray<Match> Matches)
{
    public NftCase And(NftCase next) => new(
        Text.Length == 0 ? next.Text : next.Text.Length == 0 ? Text : $"{Text} {next.Text}",
        Matches.AddRange(next.Matches.Except(Matches)));
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
}
