namespace Hooktrail.Rules.Reading;

/// <summary>
/// Reads one rule of nft and makes one rule for each action, with the matches before that action. A verdict map becomes
/// one rule for each element; its keys exclude each other, so the order does not matter. With
/// <paramref name="careful"/>, each statement is translated and read again; if the meaning has changed, it becomes an
/// unknown match or target with its text in quotes. All other statements stay, so the rule matches no more packets than
/// before.
/// </summary>
internal sealed class NftRule(NftTable table, ImmutableArray<NftToken> tokens, bool careful = false)
{
    private static readonly ImmutableArray<string> Heads =
    [
        "meta", "ip", "ip6", "tcp", "udp", "sctp", "th", "icmp", "icmpv6", "ct", "ether", "arp", "fib", "iif",
        "iifname", "oif", "oifname", "mark", "counter", "log", "accept", "drop", "return", "continue", "jump", "goto",
        "dnat", "snat", "masquerade", "redirect", "reject", "notrack", "comment", "queue", "tproxy", "dup", "fwd",
        "limit", "quota", "xt", "socket", "rt", "vlan", "numgen", "jhash", "symhash", "synproxy", "flow", "set", "map",
        "update", "add", "delete", "pkttype", "ibrname", "obrname", "last", "exthdr", "meter", "osf", Unreadable,
        UnreadableMatch,
    ];

    /// <summary>Words that begin a match on another header: an inner packet's, a policy's, a route's.</summary>
    private static readonly ImmutableArray<string> Wrapping = ["ipsec", "vxlan", "geneve", "gre", "gretap", "rt"];

    /// <summary>Words that end such a match.</summary>
    private static readonly ImmutableArray<string> Actions =
    [
        "counter", "log", "accept", "drop", "return", "continue", "jump", "goto", "dnat", "snat", "masquerade",
        "redirect", "reject", "notrack", "comment", "queue", "tproxy", "dup", "fwd", "synproxy", "flow", "last",
        Unreadable, UnreadableMatch,
    ];

    /// <summary>Statements behind which nothing may follow that a rule does.</summary>
    private static readonly ImmutableArray<string> Counting = ["counter", "log", "comment", "last"];

    /// <summary>Matches without a field.</summary>
    private static readonly ImmutableArray<string> Whole =
        ["limit", "quota", "connlimit", "xt", "numgen", "jhash", "symhash"];

    /// <summary>NAT to a range of more addresses or ports is unknown.</summary>
    public const int MostChoices = 16;

    /// <summary>The word for an action that could not be read; its text follows in quotes.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>The word for a match that could not be read; its text follows in quotes.</summary>
    public const string UnreadableMatch = "unreadable-match";

    /// <summary>The matches so far.</summary>
    private NftCase _case = new("", []);

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
            case "meter":
                Meter();
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
                Add(Unread(Next()));
                break;
            case "flow":
                // flow add @offloaded
                Take("add");
                Do(Rest("flow add"), new UnknownTarget(word));
                break;
            case "queue" or "tproxy" or "dup" or "fwd" or "synproxy":
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

    /// <summary>
    /// Whether an extension of iptables asks nothing and changes nothing that a rule can ask.
    /// </summary>
    public static bool IsWithoutEffect(string extension) =>
        extension is "comment" or "LOG" or "NFLOG" or "AUDIT" or "CHECKSUM" or "CLASSIFY" or "TCPMSS" or "TRACE";

    // nft prints extensions of iptables that it cannot express as xt match "string", xt target "TEE".
    private void Xt()
    {
        var (start, kind) = (_at - 1, Next());
        if (IsWithoutEffect(Peek()))
        {
            var name = Next();
            if (kind == "target")
                Do($"xt target \"{name}\"", new ContinueTarget(name));
        }
        else if (kind == "match")
        {
            Unknown(start);
        }
        else
        {
            Do(Rest($"xt {kind}"), new UnknownTarget($"xt {tokens.ElementAtOrDefault(start + 2).Text}"));
        }
    }

    // meter name { ip saddr limit rate 5/second }
    private void Meter()
    {
        var start = _at - 1;
        while (_at < tokens.Length && Next() != "}")
        {
        }

        Add(Unread(Shown(tokens[start.._at])));
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
            Add(Unread(Shown(tokens[start.._at])));
    }

    private static NftCase Unread(string text) =>
        new($"{UnreadableMatch} \"{text.Replace('"', '\'')}\"", [new UnknownMatch(text.Replace('"', '\''), false)]);

    private void Condition()
    {
        var start = _at;
        if (Selectors() is not { } selectors)
            Unknown(start);
        else if (selectors is [{ } only] && Take("set"))
            Set(only, start);
        else if (Take("vmap"))
            VerdictMap(selectors, start);
        else
            Compare(selectors, start);
    }

    /// <summary>Null if one of the fields is unknown.</summary>
    private List<NftSelector>? Selectors()
    {
        var selectors = new List<NftSelector>();
        do
        {
            if (NftSelector.Read(Next, Peek, table) is not { } selector)
                return null;
            selectors.Add(selector);
        }
        while (Take("."));
        return selectors;
    }

    private void Compare(List<NftSelector> selectors, int start)
    {
        var steps = ImmutableArray.CreateBuilder<(string, string)>();
        while (NftSteps.IsOperator(Peek()))
            steps.Add((Next(), string.Join(',', Values()[0])));
        var operation = Peek() is "==" or "!=" or "<" or ">" or "<=" or ">=" or "!" ? Next() : "";
        var isSet = Peek() == "{" || Peek().StartsWith('@');
        if (Peek().StartsWith('@') && table.Elements(Peek()[1..]) is null)
        {
            Add(UnknownCase(start, selectors));
            return;
        }

        if (selectors is [{ } only])
        {
            var values = Values().Select(value => string.Join(',', value)).ToImmutableArray();
            // tcp flags syn / fin,syn,rst,ack
            if (Take("/"))
                steps.Add(("&", string.Join(',', Values()[0])));
            if (values.IsEmpty)
                Add(operation == "!=" ? UnknownCase(start) : Never);
            else
                Add(only.Compare(new(operation, isSet, values, steps.ToImmutable())) ?? UnknownCase(start, selectors));
        }
        else if (operation is "" or "==" or "!=" && steps.Count == 0)
        {
            Add(Concatenation(selectors, Elements(), operation == "!="));
        }
        else
        {
            Unknown(start);
        }
    }

    // A lookup in an empty set never matches.
    private static NftCase Never => new("ip saddr { }", [new AddressMatch(AddressRole.Source, [], false)]);

    private static NftCase Concatenation(
        List<NftSelector> selectors, ImmutableArray<NftElement> elements, bool negated)
    {
        var alternatives = elements.SelectMany(element => Alternatives(selectors, element.Key))
            .DistinctBy(one => one.Key, StringComparer.Ordinal)
            .OrderBy(one => one.Key, StringComparer.Ordinal)
            .ToList();
        var fields = string.Join(" . ", selectors.Select(one => one.Name));
        var keys = string.Join(", ", alternatives.Select(one => one.Key));
        return new(
            $"{fields} {(negated ? "!= " : "")}{{ {keys} }}",
            [
                .. selectors.SelectMany(one => one.Implied).Distinct(),
                new AnyOfMatch(
                    [.. alternatives.Select(one => one.Parts.Select(part => part.Match).ToImmutableArray())], negated),
            ]);
    }

    /// <summary>
    /// What a key of a set or map of concatenations stands for. A part that cannot be read is an unknown match.
    /// </summary>
    private static IEnumerable<(string Key, ImmutableArray<(string Text, Match Match)> Parts)> Alternatives(
        List<NftSelector> selectors, ImmutableArray<string> key)
    {
        IEnumerable<ImmutableArray<(string Text, Match Match)>> all = [[]];
        for (var at = 0; at < selectors.Count; at++)
        {
            var value = key.ElementAtOrDefault(at) ?? "";
            var parts = (key.Length == selectors.Count ? selectors[at].Parts(value) : null)
                ?? [(value, new UnknownMatch(selectors[at].UnknownName, false))];
            all = all.SelectMany(one => parts.Select(part => one.Add(part)));
        }

        return all.Select(one => (string.Join(" . ", one.Select(part => part.Text)), one));
    }

    /// <summary>
    /// A key as a comparison of each field. A generator has one of its values for certain, so what is left for the last
    /// of them needs no comparison.
    /// </summary>
    private static IEnumerable<NftCase> Cases(List<NftSelector> selectors, ImmutableArray<string> key, bool isLast)
    {
        if (key is ["*"] || isLast && selectors is [{ Modulus: not null }])
            return [new("", [])];
        // A flag alone in a map is the whole field.
        if (selectors is [var only] && only.Compare(new("", true, key, [])) is { } whole && NftFlags.Has(only.Name))
            return [whole];
        return Alternatives(selectors, key).Select(one => one.Parts.Zip(selectors)
            .Select(pair => pair.Second.Case(pair.First)).Aggregate((first, next) => first.And(next)));
    }

    private void VerdictMap(List<NftSelector> selectors, int start)
    {
        if (Peek().StartsWith('@') && table.Elements(Peek()[1..]) is null)
        {
            Do(Rest(Shown(tokens[start.._at])), new UnknownTarget("vmap"));
            return;
        }

        var before = _case;
        var elements = Ordered(Elements());
        // The catch-all element matches packets that no other key matches. A sequence of rules has the same effect only
        // if no verdict returns to this chain.
        if (elements.Any(element => element.Key is ["*"]) && !elements.TrueForAll(
            element => element.Value is [{ Text: "accept" or "drop" or "return" }] or [{ Text: "goto" }, _]))
        {
            Do(Shown(tokens[start.._at]), new UnknownTarget("vmap"));
            return;
        }

        var count = _rules.Count;
        foreach (var (at, element) in elements.Index())
            foreach (var one in Cases(selectors, element.Key, IsLast(selectors, elements, at)))
            {
                _case = before;
                Add(one);
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

        _case = before;
        if (_rules.Count == count)
            Do("", new ContinueTarget(""));
    }

    private static List<NftElement> Ordered(ImmutableArray<NftElement> elements) =>
    [
        .. elements.OrderBy(element => element.Key is ["*"])
            .ThenBy(element => string.Join(" . ", element.Key), StringComparer.Ordinal),
    ];

    /// <summary>Whether the element is the last of those that together have all values of a generator.</summary>
    private static bool IsLast(List<NftSelector> selectors, List<NftElement> elements, int at) =>
        at == elements.Count - 1 && selectors is [{ Modulus: { } modulus }]
        && elements.Select(element => element.Key is [var key] ? NftNumber.Parse(key) : null)
            .Count(number => number < modulus) == modulus;

    private void Set(NftSelector selector, int start)
    {
        var words = ValueWords();
        var text = $"{selector.Name} set {string.Join(' ', words.Select(word => word.Text))}";
        switch (selector.Name)
        {
            case "meta mark" or "ct mark" when words.Any(word => word.Is("map")):
                MarkOfMap(selector, words, start);
                break;
            case "meta mark":
                Change(start, text, MarkOf(words, restores: true), match => match is MarkMatch);
                break;
            case "ct mark":
                Change(
                    start, text, MarkOf(words, restores: false), match => match is ConnectionMarkMatch { Mask: not 0 });
                break;
            case "meta broute" when words is [{ Text: "1" }]:
                Do(text, new BrouteTarget());
                break;
            case "ip ttl" or "ip6 hoplimit" when words is [var word]
                && int.TryParse(word.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var ttl) && ttl <= 255:
                Need(selector);
                Change(start, text, new TtlTarget(ttl), match => match is TtlMatch);
                break;
            case "ip dscp" or "ip6 dscp" when words is [var word] && DscpWords.Parse(word.Text) is { } dscp:
                Need(selector);
                Change(start, text, new DscpTarget(dscp, 63), match => match is DscpMatch);
                break;
            // The priority is for queues (include/linux/skbuff.h): no hook, route or connection asks for it. The trace
            // only reports, and the size of segments changes no packet that opens a connection.
            case "meta priority" or "meta nftrace" or "tcp option maxseg size":
                break;
            // Events only report, and a match on a label is unknown anyway. But both need conntrack.
            case "ct label" or "ct event":
                Do(text, new ContinueTarget(selector.Name));
                break;
            default:
                Do(
                    text,
                    new UnknownTarget(string.Join(' ', tokens[start..].Take(2).Select(token => token.Text)) + " set"));
                break;
        }
    }

    private ImmutableArray<NftToken> ValueWords()
    {
        var begin = _at;
        var depth = 0;
        while (_at < tokens.Length)
        {
            var token = tokens[_at];
            if (depth == 0 && !token.Quoted && Heads.Contains(token.Text) && !IsOfValue(begin))
                break;
            depth += token.Is("{") ? 1 : token.Is("}") ? -1 : 0;
            _at++;
        }

        return tokens[begin.._at];
    }

    // ct mark, meta mark & 0xff; ip saddr . tcp dport map { … }
    private bool IsOfValue(int begin)
    {
        if (_at == begin || tokens[_at - 1].Is(".") || tokens[_at].Is("map"))
            return true;
        var before = tokens[_at - 1];
        return before is { Quoted: false, Text: "meta" or "ct" or "ip" or "ip6" };
    }

    private void Need(NftSelector selector)
    {
        foreach (var match in selector.Implied)
            if (match is FrameProtocolMatch frame && !_case.Matches.Contains(match))
                Add(new($"meta nfproto {frame.Protocol}", [match]));
    }

    /// <summary>
    /// An action that changes what a match asks. The matches before it saw the old value, so if more follows that the
    /// rule does, its effect is unknown.
    /// </summary>
    private void Change(int start, string text, Target target, Func<Match, bool> asks)
    {
        bool Asks(Match match) =>
            asks(match) || match is AnyOfMatch any && any.Alternatives.Any(alternative => alternative.Any(Asks));
        if (DoesMore() && _case.Matches.Any(Asks))
        {
            _at = tokens.Length;
            Do(Shown(tokens[start..]), new UnknownTarget(text[..(text.IndexOf(" set", StringComparison.Ordinal) + 4)]));
            return;
        }

        // Without a connection, nft ends a rule that reads its mark.
        var connected = new ConnectionMarkMatch(0, 0, false);
        if (target is ConnectionMarkTarget { Step: MarkStep.Restore } && !_case.Matches.Contains(connected))
            Add(new("ct mark & 0x0 == 0x0", [connected]));
        Do(text, target);
    }

    private bool DoesMore() => tokens[_at..].Any(token =>
        !token.Quoted && (token.Text == "set" || Actions.Contains(token.Text) && !Counting.Contains(token.Text)));

    // 0x1, meta mark | 0x1, mark and 0xfffffffc xor 0x1, ct mark & 0xff
    private static Target MarkOf(ImmutableArray<NftToken> words, bool restores)
    {
        var unknown = new UnknownTarget(restores ? "meta mark set" : "ct mark set");
        var texts = words.Select(word => word.Text).Where(word => word is not ("(" or ")" or "meta")).ToList();
        if (texts is [var value] && NftNumber.Parse(value) is { } number)
            return restores
                ? new MarkTarget(number, uint.MaxValue)
                : new ConnectionMarkTarget(MarkStep.Set, number, uint.MaxValue, 0);
        if (texts is [] or ["ct"])
            return unknown;
        var ofConnection = texts[0] == "ct";
        if (ofConnection)
            texts.RemoveAt(0);
        // An operator alone begins with the field itself.
        if (NftSteps.IsOperator(texts[0]))
            texts.Insert(0, "mark");
        if (texts[0] != "mark" || texts.Count % 2 == 0
            || NftSteps.Parse(texts.Skip(1).Chunk(2).Select(step => (step[0], step[1]))) is not var (and, xor))
            return unknown;
        return ofConnection == restores
            ? new ConnectionMarkTarget(restores ? MarkStep.Restore : MarkStep.Save, xor, uint.MaxValue, and)
            : restores ? new MarkTarget(xor, ~and)
            : new ConnectionMarkTarget(MarkStep.Set, xor, ~and, 0);
    }

    // meta mark set ip saddr map { 10.0.0.1 : 0x1 }
    private void MarkOfMap(NftSelector selector, ImmutableArray<NftToken> words, int start)
    {
        var end = _at;
        _at -= words.Length;
        var unknown = new UnknownTarget($"{selector.Name} set");
        var selectors = Selectors();
        // The rules of one map follow each other: a key must not ask what the rule before has changed. And where no key
        // matches, what follows in the rule is not done.
        if (selectors is null || selectors.Exists(one => one.Name == selector.Name) || DoesMoreAfter(end)
            || !Take("map") || Peek().StartsWith('@') && table.Elements(Peek()[1..]) is null)
        {
            _at = tokens.Length;
            Do(Shown(tokens[start..]), unknown);
            return;
        }

        var before = _case;
        var elements = Ordered(Elements());
        foreach (var (at, element) in elements.Index())
            foreach (var one in Cases(selectors, element.Key, IsLast(selectors, elements, at)))
            {
                _case = before;
                Add(one);
                Change(
                    start,
                    $"{selector.Name} set {string.Join(' ', element.Value.Select(word => word.Text))}",
                    MarkOf(element.Value, selector.Name == "meta mark"),
                    _ => false);
            }

        _case = before;
        _at = end;
        if (elements.Count == 0)
            Do("", new ContinueTarget(""));
    }

    private bool DoesMoreAfter(int end)
    {
        var at = _at;
        _at = end;
        var more = DoesMore();
        _at = at;
        return more;
    }

    private void Redirect()
    {
        if (!Take("to"))
        {
            Skip();
            Do("redirect", new RedirectTarget(null));
            return;
        }

        var written = Next().TrimStart(':');
        Skip();
        if (written.Length > 0 && Ports(written, table.Translation) is { } ports)
            Choose(
                $"a port of {written}",
                [.. ports.Select(port => ($"redirect to :{port}", (Target)new RedirectTarget(port)))]);
        else
            Do($"redirect to :{written}", new UnknownTarget("redirect"));
    }

    /// <summary>
    /// One of several actions, and the kernel decides which: each but the last has an unknown match.
    /// </summary>
    private void Choose(string what, ImmutableArray<(string Text, Target Target)> choices)
    {
        var before = _case;
        foreach (var (at, (text, target)) in choices.Index())
        {
            _case = before;
            if (at < choices.Length - 1)
                Add(Unread(what));
            Do(text, target);
        }

        _case = before;
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

        // dnat ip prefix to ip daddr map { 10.0.0.0/24 : 10.1.0.0/24 }; dnat ip addr . port to tcp dport map @services
        if (At("addr"))
            while (Peek().Length > 0 && Peek() != "to")
                _at++;
        if (version is null || !Take("to"))
        {
            Do(Rest(word), new UnknownTarget(word));
            return;
        }

        if (!tokens[_at..].Any(token => token.Is("map")))
        {
            To(word, text, Next(), version.Value);
            Skip();
            return;
        }

        // dnat to tcp dport map { 8080 : 172.18.0.2 . 80 }
        var selectors = Selectors();
        if (selectors is null || !Take("map") || Peek().StartsWith('@') && table.Elements(Peek()[1..]) is null)
        {
            Do(Rest(word), new UnknownTarget(word));
            return;
        }

        var before = _case;
        var elements = Ordered(Elements());
        foreach (var (at, element) in elements.Index())
            foreach (var one in Cases(selectors, element.Key, IsLast(selectors, elements, at)))
            {
                _case = before;
                Add(one);
                var value = element.Value.Where(token => !token.Is(".")).Select(token => token.Text).ToArray();
                To(word, text, value is [var address, var port]
                    ? address.Contains(':') ? $"[{address}]:{port}" : $"{address}:{port}"
                    : string.Concat(value), version.Value);
            }

        _case = before;
        Skip();
        if (elements.Count == 0)
            Do("", new ContinueTarget(""));
    }

    private void To(string word, string text, string to, IpVersion version)
    {
        var (address, port) = Split(to);
        var addresses = Addresses(address, version, table.Translation);
        var ports = Ports(port, table.Translation);
        if (addresses is null || ports is null || addresses.Value.Length * ports.Value.Length > MostChoices
            || addresses is [null] && word == "snat" && ports is [null])
        {
            Do($"{text} to {to}", new UnknownTarget(word));
            return;
        }

        Choose(
            $"an address of {to}",
            [.. from name in addresses.Value
                from number in ports.Value
                let target = word == "dnat" ? new DnatTarget(name, number) : (Target)new SnatTarget(name, number)
                select ($"{text} to {Socket(name, number)}", target)]);
    }

    public static string Socket(string? address, int? port) => port is null ? address ?? ""
        : string.Create(
            CultureInfo.InvariantCulture, $"{(address?.Contains(':') ?? false ? $"[{address}]" : address)}:{port}");

    /// <summary>
    /// The addresses that NAT may choose from, in the lab's names; one null if it keeps the address, null if they are
    /// too many.
    /// </summary>
    public static ImmutableArray<string?>? Addresses(string text, IpVersion version, NameTranslation translation)
    {
        if (text.Length == 0)
            return [null];
        if (!AddressRange.TryParse(text, out var range) || range.IsOne)
            return [translation.Addresses(text, version)];
        return range.Each(MostChoices) is { } all
            ? [.. all.Select(one => translation.Addresses(one.ToString(), version))]
            : null;
    }

    /// <summary>The ports that NAT may choose from; one null if it keeps the port, null if they are too many.</summary>
    public static ImmutableArray<int?>? Ports(string text, NameTranslation translation)
    {
        if (text.Length == 0)
            return [null];
        if (Port(translation.Port(text)) is { } port)
            return [port];
        return NftNumber.Range(text) is var (first, last) && last <= ushort.MaxValue && last - first < MostChoices
            ? [.. Enumerable.Range((int)first, (int)(last - first) + 1)
                .Select(one => Port(translation.Port(one.ToString(CultureInfo.InvariantCulture))))]
            : null;
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
            if (!_case.Matches.Contains(new ProtocolMatch("tcp", false)))
                Add(new("meta l4proto tcp", [new ProtocolMatch("tcp", false)]));
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
        var before = _case;
        foreach (var version in table.Version is { } only ? [only] : (IpVersion[])[IpVersion.V4, IpVersion.V6])
        {
            _case = before;
            RejectOf(version, (version, code) switch
            {
                (IpVersion.V4, "no-route") => "net-unreachable",
                (IpVersion.V6, "host-unreachable") => "addr-unreachable",
                _ => code,
            });
        }

        _case = before;
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
        if (!_case.Matches.Contains(FamilyMatch(version)))
            Add(OfFamily(version));
    }

    private static NftCase OfFamily(IpVersion version) => new($"meta nfproto {version.Name()}", [FamilyMatch(version)]);

    private static FrameProtocolMatch FamilyMatch(IpVersion version) => new(version.Name(), false);

    private void Do(string text, Target target)
    {
        if (careful && (target is UnknownTarget || !Alone(text).SequenceEqual([new(text, [], target)])))
            (text, target) =
                ($"{Unreadable} \"{text.Replace('"', '\'')}\"", new UnknownTarget(text.Replace('"', '\'')));
        _rules.Add(new(
            string.Join(' ', new[] { _case.Text, text }.Where(part => part.Length > 0)),
            Together(_case.Matches),
            target));
    }

    /// <summary>
    /// What follows from <c>udp sport != 80 udp dport != 53</c> depends on the release of nft that loaded it; and in a
    /// table of iptables, where only ports are loaded so, on that of iptables.
    /// </summary>
    private ImmutableArray<Match> Together(ImmutableArray<Match> matches)
    {
        var ports = matches.OfType<PortMatch>().Where(port => port is { Negated: true, Ranges: [var only] }
            && only.First == only.Last && only.First > 0).ToList();
        if (ports is [var source, var destination] && source.Role != destination.Role)
            matches = Joined(matches, source, destination, "! --sport with ! --dport");
        if (XtablesChains.IsTable(table.Family, table.OwnName))
            return matches;
        var macs = matches
            .Where(match => match is MacMatch or FrameProtocolMatch { BehindTag: false } && match.Negated)
            .ToList();
        if (macs is [var first, var second] && first.GetType() != second.GetType())
            matches = Joined(matches, first, second, "ether saddr != with ether type !=");
        var addresses = matches.OfType<AddressMatch>().Where(match => match.Negated).ToList();
        return addresses is [var one, var other] && one.Role != other.Role
            ? Joined(matches, one, other, "saddr != with daddr !=")
            : matches;
    }

    private static ImmutableArray<Match> Joined(ImmutableArray<Match> matches, Match one, Match other, string text) =>
        matches.Replace(one, LoadedAsOne.OrNot(one, other, text)).Remove(other);

    private void Add(NftCase more)
    {
        if (careful && (more.Matches.OfType<UnknownMatch>().Any() || !IsReadAs(more)))
            more = Unread(more.Text);
        _case = _case.And(more);
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
            ? new(new(table.Family, table.Name, table.Translation.OfWritten), words)
            : null;
    }

    private void Unknown(int start) => Add(UnknownCase(start));

    /// <summary>A comparison of known fields that cannot be read; what the fields need must hold.</summary>
    private NftCase UnknownCase(int start, List<NftSelector> selectors)
    {
        var unknown = UnknownCase(start);
        return unknown with
        {
            Matches = [.. selectors.SelectMany(one => one.Implied).Distinct(), .. unknown.Matches],
        };
    }

    /// <summary>Takes all words up to the next known statement.</summary>
    private NftCase UnknownCase(int start)
    {
        _at = Math.Max(_at, start + 1);
        Skip(Wrapping.Contains(tokens[start].Text) ? Actions : Heads);
        var words = tokens[start..Math.Min(_at, tokens.Length)];
        var named = words.TakeWhile(word => !word.Quoted && word.Text.Length > 0 && char.IsLetter(word.Text[0]))
            .Select(word => word.Text)
            // limit and its relatives are whole matches; all others have a header before the field.
            .Take(Whole.Contains(words[0].Text) ? 1 : 2);
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

    /// <summary>The values of a set, or a single value with all its flags.</summary>
    private ImmutableArray<ImmutableArray<string>> Values()
    {
        if (Peek() == "{" || Peek().StartsWith('@'))
            return [.. Elements().Select(element => element.Key)];
        var flags = ImmutableArray.CreateBuilder<string>();
        if (Take("("))
        {
            while (_at < tokens.Length && Next() is var word && word != ")")
                if (word != "|")
                    flags.Add(word);
            return [flags.ToImmutable()];
        }

        do
            flags.Add(Next());
        while (Take(",") || char.IsLetter(Peek(1).FirstOrDefault()) && Take("|"));
        return [flags.ToImmutable()];
    }

    private ImmutableArray<NftElement> Elements()
    {
        if (Peek().StartsWith('@'))
            return table.Elements(Next()[1..]) ?? [];
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

    private string Peek() => Peek(0);

    private string Peek(int ahead) => _at + ahead < tokens.Length ? tokens[_at + ahead].Text : "";

    // If a rule ends too early, the missing word becomes empty, which is no name.
    private string Next() => _at < tokens.Length ? tokens[_at++].Text : "";
}

internal sealed record NftCase(string Text, ImmutableArray<Match> Matches)
{
    public NftCase And(NftCase next) => new(
        Text.Length == 0 ? next.Text : next.Text.Length == 0 ? Text : $"{Text} {next.Text}",
        Matches.AddRange(next.Matches.Except(Matches)));
}
