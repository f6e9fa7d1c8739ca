namespace Hooktrail.Rules.Reading;

/// <summary>
/// Reads one rule of nft and makes one rule for each action, with the matches before that action. A verdict map becomes
/// one rule for each element; its keys exclude each other, so the order does not matter. With
/// <paramref name="careful"/>, each statement is translated and read again; if the meaning has changed, it becomes an
/// unknown match or target with its text in quotes. All other statements stay, so the rule matches no more packets than
/// before.
/// </summary>
internal sealed partial class NftRule(NftTable table, ImmutableArray<NftToken> tokens, bool careful = false)
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
        extension is "comment" or "LOG" or "NFLOG" or "AUDIT" or "CHECKSUM" or "CLASSIFY" or "TCPMSS" or "TRACE"
            // ebtables
            or "log" or "nflog";

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
