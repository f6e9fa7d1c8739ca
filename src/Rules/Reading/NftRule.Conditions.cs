namespace Hooktrail.Rules.Reading;

/// <summary>What a rule asks of a packet, and verdict maps.</summary>
internal sealed partial class NftRule
{
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
        if (IsUnknownSet)
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
        if (IsUnknownSet)
        {
            Do(Rest(Shown(tokens[start.._at])), new UnknownTarget("vmap"));
            return;
        }

        var elements = Ordered(Elements());
        // The catch-all element matches packets that no other key matches. A sequence of rules has the same effect only
        // if no verdict returns to this chain.
        if (elements.Any(element => element.Key is ["*"]) && !elements.TrueForAll(
            element => element.Value is [{ Text: "accept" or "drop" or "return" }] or [{ Text: "goto" }, _]))
        {
            Do(Shown(tokens[start.._at]), new UnknownTarget("vmap"));
            return;
        }

        ForEach(selectors, elements, Verdict);
    }

    private void Verdict(ImmutableArray<NftToken> value)
    {
        switch (value)
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

    /// <summary>
    /// Makes the rules of a map: for each element those of its value, behind the matches so far and a comparison with
    /// its key. A map that makes none becomes a rule that does nothing.
    /// </summary>
    private void ForEach(
        List<NftSelector> selectors, List<NftElement> elements, Action<ImmutableArray<NftToken>> make)
    {
        var count = _rules.Count;
        var cases =
            from indexed in elements.Index()
            from one in Cases(selectors, indexed.Item.Key, IsLast(selectors, elements, indexed.Index))
            select (Case: one, indexed.Item.Value);
        ForEach(cases, one =>
        {
            Add(one.Case);
            make(one.Value);
        });
        if (_rules.Count == count)
            Do("", new ContinueTarget(""));
    }

    /// <summary>Makes rules of each, all behind the matches so far.</summary>
    private void ForEach<T>(IEnumerable<T> all, Action<T> make)
    {
        var before = _case;
        foreach (var one in all)
        {
            _case = before;
            make(one);
        }

        _case = before;
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

    /// <summary>Whether a set or map follows whose elements the table does not show, or that packets change.</summary>
    private bool IsUnknownSet => Peek().StartsWith('@') && table.Elements(Peek()[1..]) is null;

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
}
