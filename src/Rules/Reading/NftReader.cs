namespace Hooktrail.Rules.Reading;

/// <summary>
/// An element of a set or map. A concatenation's key has several parts; the value is empty for a set.
/// </summary>
internal sealed record NftElement(ImmutableArray<string> Key, ImmutableArray<NftToken> Value);

/// <summary>
/// Reads an nft script, without the tables of iptables-nft and its relatives and of Hooktrail's observers.
/// </summary>
internal sealed class NftReader(INames names, string source)
{
    private static readonly ImmutableArray<string> Families = ["bridge", "ip", "ip6", "inet", "arp", "netdev"];

    private readonly NameTranslation _translation = new(names);
    private readonly List<RuleChain> _chains = [];
    private ImmutableArray<NftToken> _tokens = [];
    private int _at;

    /// <summary>
    /// Hooktrail's comment on base chains that existed before the first bridge, which no listing shows.
    /// </summary>
    public const string BeforeBridges = "before the first bridge";

    /// <exception cref="HooktrailException">The text is no such script.</exception>
    public ImmutableArray<RuleChain> Read(IEnumerable<string> lines)
    {
        _tokens = NftTokens.Split(lines);
        _at = 0;
        while (SkipEnds())
            Table();
        return [.. _chains];
    }

    private void Table()
    {
        if (!Next().Is("table"))
            throw Wrong(_tokens[_at - 1], "where a table must begin");
        var family = Next();
        var name = Peek().Is("{") ? family : Next();
        if (Peek().Is("{") && name == family)
            family = family with { Text = "ip" };
        if (!Families.Contains(family.Text))
            throw Wrong(family, "where a family of nft must be");
        Expect("{");

        var table = new NftTable((NftFamily)Families.IndexOf(family.Text), $"{family.Text} {name.Text}", _translation);
        var rules = new List<(string Chain, ImmutableArray<NftToken> Tokens)>();
        while (Enter())
            switch (Next().Text)
            {
                case "chain":
                    Chain(table, rules);
                    break;
                case "set" or "map":
                    Elements(table);
                    break;
                case "flags":
                    table.Dormant |= Statement().Any(token => token.Is("dormant"));
                    break;
                default:
                    Statement();
                    break;
            }

        if (table.Dormant
            || name.Text.StartsWith("hooktrail-", StringComparison.Ordinal)
            || table.IsOfXtables(name.Text))
            return;
        foreach (var (chain, tokens) in rules)
            table.Rules[chain].AddRange(Rules(table, tokens));
        foreach (var chain in table.Chains)
            _chains.Add(chain with { Rules = table.Rules[chain.Id.Name].ToImmutable() });
    }

    /// <summary>
    /// A part that would have another meaning when its text in the lab's names is read again becomes unknown.
    /// </summary>
    private static IEnumerable<Rule> Rules(NftTable table, ImmutableArray<NftToken> tokens)
    {
        var rules = new NftRule(table, tokens).Read().ToList();
        return rules.All(rule => NftRule.InLab(table, rule.Text)?.Read().SequenceEqual([rule]) ?? false)
            ? rules
            : new NftRule(table, tokens, careful: true).Read();
    }

    private void Chain(NftTable table, List<(string Chain, ImmutableArray<NftToken> Tokens)> rules)
    {
        var name = table.ChainName(Next().Text);
        Expect("{");
        var chain = new RuleChain(new(Layer.Nftables, table.Name, name), Policy.None, []);
        while (Enter())
            switch (Peek())
            {
                case { Quoted: false, Text: "type" }:
                    chain = chain with { Base = Hook(table, Statement()), Policy = Policy.Accept };
                    break;
                case { Quoted: false, Text: "policy" }:
                    var drops = Statement().Any(token => token.Is("drop"));
                    if (chain.Base is not null)
                        chain = chain with { Policy = drops ? Policy.Drop : Policy.Accept };
                    break;
                case { Quoted: false, Text: "comment" }:
                    var before = Statement().Any(token => token.Text == BeforeBridges);
                    if (chain.Base is { } hook)
                        chain = chain with { Base = hook with { BeforeBridges = before } };
                    break;
                default:
                    rules.Add((name, Statement()));
                    break;
            }

        table.Add(chain);
    }

    // type filter hook ingress device "lab" priority filter + 10
    private BaseChain Hook(NftTable table, ImmutableArray<NftToken> tokens)
    {
        string? Behind(string keyword) =>
            Enumerable.Range(0, tokens.Length - 1)
                .Where(at => tokens[at].Is(keyword))
                .Select(at => tokens[at + 1].Text)
                .FirstOrDefault();
        var device = Behind("device");
        if (Behind("devices") is not null)
            device = string.Join(
                ',', tokens.Where(token => token.Quoted).Select(token => _translation.Device(token.Text)));
        var priority = string.Concat(
            tokens.SkipWhile(token => !token.Is("priority")).Skip(1).Select(token => token.Text));
        return new(
            table.Family,
            Behind("type") ?? "filter",
            Behind("hook") ?? throw Wrong(tokens[0], "and no hook follows it"),
            NftPriority.Parse(priority, table.Family)
            ?? throw Wrong(tokens[0], $"and the priority \"{priority}\" is none of nft's"),
            device is null ? null : _translation.Device(device));
    }

    private void Elements(NftTable table)
    {
        var name = Next().Text;
        Expect("{");
        var elements = ImmutableArray<NftElement>.Empty;
        var changing = false;
        while (Enter())
        {
            var statement = Statement();
            if (statement[0].Is("elements"))
                elements = NftElements.Read(statement.SkipWhile(token => !token.Is("{")));
            else if (statement[0].Is("flags"))
                changing |= statement.Any(token => token.Is("dynamic") || token.Is("timeout"));
        }

        if (!changing)
            table.Named[name] = elements;
    }

    /// <summary>Enters a block; false at its end, which it leaves.</summary>
    private bool Enter()
    {
        SkipEnds();
        if (!Peek().Is("}"))
            return true;
        _at++;
        return false;
    }

    private ImmutableArray<NftToken> Statement()
    {
        var statement = ImmutableArray.CreateBuilder<NftToken>();
        var depth = 0;
        do
        {
            var token = Peek();
            if (depth == 0 && (token.Ends || token.Is("}") && statement.Count > 0))
                break;
            depth += token.Is("{") ? 1 : token.Is("}") ? -1 : 0;
            if (!token.Is("\n"))
                statement.Add(token);
            _at++;
        }
        while (depth >= 0);
        return statement.ToImmutable();
    }

    private bool SkipEnds()
    {
        while (_at < _tokens.Length && _tokens[_at].Ends)
            _at++;
        return _at < _tokens.Length;
    }

    private NftToken Peek() => _at < _tokens.Length ? _tokens[_at] : throw Cut();

    private NftToken Next() => _at < _tokens.Length ? _tokens[_at++] : throw Cut();

    private void Expect(string sign)
    {
        if (!Next().Is(sign))
            throw Wrong(_tokens[_at - 1], $"where \"{sign}\" must be");
    }

    private HooktrailException Cut() =>
        new($"{source} ends in the middle of a table; give all that nft list ruleset prints.");

    private HooktrailException Wrong(NftToken token, string what) =>
        new($"{source}, line {token.Line}: there is \"{(token.Is("\n") ? "the end of the line" : token.Text)}\" {what}; give what nft list ruleset prints.");
}

internal sealed class NftTable(NftFamily family, string name, NameTranslation translation)
{
    private static readonly ImmutableArray<(NftFamily Family, string Table, string Chain, string Hook, int Priority)> Xtables =
    [
        .. OfIp(NftFamily.Ip), .. OfIp(NftFamily.Ip6),
        .. Hooked(NftFamily.Arp, "filter", 0, "INPUT", "OUTPUT"),
        .. Hooked(NftFamily.Bridge, "filter", -200, "INPUT", "FORWARD", "OUTPUT"),
        .. Hooked(NftFamily.Bridge, "nat", -300, "PREROUTING"),
        .. Hooked(NftFamily.Bridge, "nat", 100, "OUTPUT"),
        .. Hooked(NftFamily.Bridge, "nat", 300, "POSTROUTING"),
        (NftFamily.Bridge, "broute", "BROUTING", "prerouting", int.MinValue),
    ];

    public NftFamily Family => family;

    public string Name => name;

    public NameTranslation Translation => translation;

    /// <summary>The IP version of the table's packets; null if both pass.</summary>
    public IpVersion? Version => Family switch
    {
        NftFamily.Ip or NftFamily.Arp => IpVersion.V4,
        NftFamily.Ip6 => IpVersion.V6,
        _ => null,
    };

    /// <summary>Whether the table is dormant: none of its chains is registered.</summary>
    public bool Dormant { get; set; }

    /// <summary>The chains without their rules.</summary>
    public List<RuleChain> Chains { get; } = [];

    /// <summary>The rules by chain.</summary>
    public Dictionary<string, ImmutableArray<Rule>.Builder> Rules { get; } = [];

    /// <summary>Sets and maps that only a user changes.</summary>
    public Dictionary<string, ImmutableArray<NftElement>> Named { get; } = [];

    /// <summary>The chain's name in the lab. Docker's chains have the bridge's name after two underscores.</summary>
    public string ChainName(string printed) =>
        Name.EndsWith(" docker-bridges", StringComparison.Ordinal)
        && printed.IndexOf("__", StringComparison.Ordinal) is var at and >= 0
            ? printed[..(at + 2)] + Translation.Device(printed[(at + 2)..])
            : printed;

    public void Add(RuleChain chain)
    {
        if (Rules.TryAdd(chain.Id.Name, ImmutableArray.CreateBuilder<Rule>()))
            Chains.Add(chain);
    }

    /// <summary>
    /// Whether iptables-nft or a relative owns the table: all its base chains have the tool's names, hooks and
    /// priorities, and it has no sets (iptables, nft.c, <c>nft_is_table_compatible</c>). The output of iptables-save
    /// then contains its rules.
    /// </summary>
    public bool IsOfXtables(string table) =>
        Named.Count == 0
        && Xtables.Any(one => one.Family == Family && one.Table == table)
        && Chains.All(chain => chain.Base is not { } hook
            || Xtables.Contains((Family, table, chain.Id.Name, hook.Hook, hook.Priority)));

    private static IEnumerable<(NftFamily Family, string Table, string Chain, string Hook, int Priority)> OfIp(
        NftFamily family) =>
    [
        .. Hooked(family, "raw", -300, "PREROUTING", "OUTPUT"),
        .. Hooked(family, "mangle", -150, "PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
        .. Hooked(family, "nat", -100, "PREROUTING", "OUTPUT"),
        .. Hooked(family, "nat", 100, "INPUT", "POSTROUTING"),
        .. Hooked(family, "filter", 0, "INPUT", "FORWARD", "OUTPUT"),
        .. Hooked(family, "security", 50, "INPUT", "FORWARD", "OUTPUT"),
        .. Hooked(family, "security", 150, "INPUT", "FORWARD", "OUTPUT"),
    ];

    private static IEnumerable<(NftFamily Family, string Table, string Chain, string Hook, int Priority)> Hooked(
        NftFamily family, string table, int priority, params IEnumerable<string> chains) =>
        chains.Select(chain => (family, table, chain, chain.ToLowerInvariant(), priority));
}

/// <summary>The priorities for which nft has names (nft(8), «Standard priority names»).</summary>
internal static class NftPriority
{
    /// <summary>Parses a number, a name, or a name with a number added; null for anything else.</summary>
    public static int? Parse(string text, NftFamily family)
    {
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return number;
        var sign = text.IndexOfAny(['+', '-'], Math.Min(1, text.Length));
        var more = 0;
        if (sign >= 0
            && !int.TryParse(text.AsSpan(sign), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out more))
            return null;
        int? named = (sign < 0 ? text : text[..sign], family == NftFamily.Bridge) switch
        {
            ("raw", false) => -300,
            ("mangle", false) => -150,
            ("dstnat", false) => -100,
            ("filter", false) => 0,
            ("security", false) => 50,
            ("srcnat", false) => 100,
            ("dstnat", true) => -300,
            ("filter", true) => -200,
            ("out", true) => 100,
            ("srcnat", true) => 300,
            _ => null,
        };
        return named + more;
    }
}

internal static class NftElements
{
    /// <summary>Reads elements with their braces; an open brace ends with the text.</summary>
    public static ImmutableArray<NftElement> Read(IEnumerable<NftToken> tokens)
    {
        var elements = ImmutableArray.CreateBuilder<NftElement>();
        var element = new List<NftToken>();
        foreach (var token in tokens.SkipWhile(token => token.Is("{")))
            if (token.Is(",") || token.Is("}"))
            {
                Add();
                if (token.Is("}"))
                    break;
            }
            else
            {
                element.Add(token);
            }

        Add();
        return elements.ToImmutable();

        void Add()
        {
            if (element.Count > 0)
                elements.Add(One(element));
            element.Clear();
        }
    }

    private static NftElement One(List<NftToken> tokens)
    {
        var colon = tokens.FindIndex(token => token.Is(":"));
        var key = colon < 0 ? tokens : tokens[..colon];
        // The rest of an element (timeout, counter, comment) begins where no dot joins two words.
        var parts = new List<string>();
        for (var at = 0; at < key.Count && (at % 2 == 0 || key[at].Is(".")); at++)
            if (at % 2 == 0)
                parts.Add(key[at].Text);
        return new([.. parts], colon < 0 ? [] : [.. tokens[(colon + 1)..]]);
    }
}
