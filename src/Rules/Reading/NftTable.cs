namespace Hooktrail.Rules.Reading;

/// <summary>A table of nft as it was listed; its rules are read on demand.</summary>
internal sealed class NftTable(NftFamily family, string name, NameTranslation translation)
{
    private readonly List<RuleChain> _chains = [];
    private readonly Dictionary<string, List<ImmutableArray<NftToken>>> _written = [];
    private readonly Dictionary<string, ImmutableArray<NftElement>> _named = [];
    private readonly HashSet<string> _changing = [];

    public NftFamily Family => family;

    /// <summary>The family and the name: <c>ip filter</c>.</summary>
    public string Name => name;

    /// <summary>The name without the family.</summary>
    public string OwnName => name[(name.IndexOf(' ', StringComparison.Ordinal) + 1)..];

    public NameTranslation Translation => translation;

    /// <summary>The IP version of the table's packets; null if both pass.</summary>
    public IpVersion? Version => Family switch
    {
        NftFamily.Ip or NftFamily.Arp => IpVersion.V4,
        NftFamily.Ip6 => IpVersion.V6,
        _ => null,
    };

    /// <summary>Whether none of the table's chains is registered.</summary>
    public bool IsDormant { get; set; }

    public bool IsOfObservers => OwnName.StartsWith("hooktrail-", StringComparison.Ordinal);

    /// <summary>The chains without their rules.</summary>
    public IReadOnlyList<RuleChain> Chains => _chains;

    /// <summary>The chain's name in the lab. Docker's chains have the bridge's name after two underscores.</summary>
    public string ChainName(string printed) =>
        Name.EndsWith(" docker-bridges", StringComparison.Ordinal)
        && printed.IndexOf("__", StringComparison.Ordinal) is var at and >= 0
            ? printed[..(at + 2)] + Translation.Device(printed[(at + 2)..])
            : printed;

    /// <summary>A chain that is listed twice has the rules of both listings.</summary>
    public void Add(RuleChain chain, IEnumerable<ImmutableArray<NftToken>> rules)
    {
        if (_written.TryAdd(chain.Id.Name, []))
            _chains.Add(chain);
        _written[chain.Id.Name].AddRange(rules);
    }

    public void Add(string set, ImmutableArray<NftElement> elements) => _named[set] = elements;

    /// <summary>Packets change the set's elements, or time does so soon.</summary>
    public void AddChanging(string set) => _changing.Add(set);

    /// <summary>The elements of a set or map that only a user changes; null for any other.</summary>
    public ImmutableArray<NftElement>? Elements(string set) =>
        !_changing.Contains(set) && !Filled.Contains(set) && _named.TryGetValue(set, out var elements)
            ? elements
            : null;

    /// <summary>The chain's rules as they were listed, one each.</summary>
    public IReadOnlyList<ImmutableArray<NftToken>> Written(string chain) =>
        _written.TryGetValue(chain, out var rules) ? rules : [];

    /// <summary>The chains that a chain's rules may call, as far as they are named there or in a map.</summary>
    public IEnumerable<string> Called(string chain) =>
        Written(chain).SelectMany(rule => Targets(rule).Concat(
            rule.Where(token => !token.Quoted && token.Text.StartsWith('@'))
                .SelectMany(token => _named.GetValueOrDefault(token.Text[1..], []))
                .SelectMany(element => Targets(element.Value))));

    private static IEnumerable<string> Targets(ImmutableArray<NftToken> tokens) =>
        Enumerable.Range(1, Math.Max(0, tokens.Length - 1))
            .Where(at => tokens[at - 1].Is("jump") || tokens[at - 1].Is("goto"))
            .Select(at => tokens[at].Text);

    /// <summary>
    /// Reads a rule. A part that would have another meaning when its text in the lab's names is read again becomes
    /// unknown.
    /// </summary>
    public IEnumerable<Rule> Read(ImmutableArray<NftToken> tokens)
    {
        var rules = new NftRule(this, tokens).Read().ToList();
        var sure = rules.All(rule => NftRule.InLab(this, rule.Text)?.Read().SequenceEqual([rule]) ?? false)
            ? rules
            : new NftRule(this, tokens, careful: true).Read();
        return tokens is [{ Handle: { } handle }, ..] ? sure.Select(rule => rule with { Handle = handle }) : sure;
    }

    // The sets that rules fill: update @set { ip saddr timeout 1m }.
    private HashSet<string> Filled => field ??=
    [
        .. from rules in _written.Values
           from tokens in rules
           from at in Enumerable.Range(0, Math.Max(0, tokens.Length - 1))
           where (tokens[at].Is("update") || tokens[at].Is("add") || tokens[at].Is("delete"))
               && tokens[at + 1].Text.StartsWith('@')
           select tokens[at + 1].Text[1..],
    ];
}
