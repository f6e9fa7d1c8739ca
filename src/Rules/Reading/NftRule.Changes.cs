namespace Hooktrail.Rules.Reading;

/// <summary>Statements that change the packet or its connection.</summary>
internal sealed partial class NftRule
{
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
            || !Take("map") || IsUnknownSet)
        {
            _at = tokens.Length;
            Do(Shown(tokens[start..]), unknown);
            return;
        }

        ForEach(selectors, Ordered(Elements()), value => Change(
            start,
            $"{selector.Name} set {string.Join(' ', value.Select(word => word.Text))}",
            MarkOf(value, selector.Name == "meta mark"),
            _ => false));
        _at = end;
    }

    private bool DoesMoreAfter(int end)
    {
        var at = _at;
        _at = end;
        var more = DoesMore();
        _at = at;
        return more;
    }
}
