using System.Text.RegularExpressions;

namespace Hooktrail.Rules.Reading;

/// <summary>
/// An element of a set or map. A concatenation's key has several parts; the value is empty for a set.
/// </summary>
internal sealed record NftElement(ImmutableArray<string> Key, ImmutableArray<NftToken> Value);

/// <summary>Reads an nft script, without the tables of Hooktrail's observers and those that are dormant.</summary>
internal sealed class NftReader(INames names, string source)
{
    private static readonly ImmutableArray<string> Families = ["bridge", "ip", "ip6", "inet", "arp", "netdev"];

    private readonly NameTranslation _translation = new(names);
    private ImmutableArray<NftToken> _tokens = [];
    private int _at;

    /// <summary>
    /// Hooktrail's comment on base chains that existed before the first bridge, which no listing shows.
    /// </summary>
    public const string BeforeBridges = "before the first bridge";

    /// <exception cref="HooktrailException">The text is no such script.</exception>
    public ImmutableArray<NftTable> Tables(IEnumerable<string> lines)
    {
        _tokens = NftTokens.Split(lines);
        _at = 0;
        var tables = ImmutableArray.CreateBuilder<NftTable>();
        while (SkipEnds())
            if (Table() is { IsDormant: false, IsOfObservers: false } table)
                tables.Add(table);
        return tables.ToImmutable();
    }

    private NftTable Table()
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
        while (Enter())
            switch (Next().Text)
            {
                case "chain":
                    Chain(table);
                    break;
                case "set" or "map":
                    Elements(table);
                    break;
                case "flags":
                    table.IsDormant |= Statement().Any(token => token.Is("dormant"));
                    break;
                default:
                    Statement();
                    break;
            }

        return table;
    }

    private void Chain(NftTable table)
    {
        var name = table.ChainName(Next().Text);
        Expect("{");
        var chain = new RuleChain(new(Layer.Nftables, table.Name, name), Policy.None, []);
        var rules = new List<ImmutableArray<NftToken>>();
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
                    rules.Add(Statement());
                    break;
            }

        table.Add(chain, rules);
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
        while (Enter())
        {
            var statement = Statement();
            if (statement[0].Is("elements"))
                elements = NftElements.Read(statement.SkipWhile(token => !token.Is("{")));
            // A limit of each element may stop a packet that the set holds.
            if (statement[0].Is("flags") && statement.Any(token => token.Is("dynamic"))
                || statement.Any(token => token.Is("limit") || token.Is("quota") || token.Is("ct"))
                || IsAboutToExpire(statement))
                table.AddChanging(name);
        }

        table.Add(name, elements);
    }

    // Of «expires 3h59m59s964ms» a flow sees nothing. What expires within a minute may be gone before the packet comes.
    private static bool IsAboutToExpire(ImmutableArray<NftToken> elements) =>
        elements.Where((_, at) => at > 0 && elements[at - 1].Is("expires"))
            .Any(time => NftTime.Seconds(time.Text) is not { } seconds || seconds < 60);

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
        if (statement.Count > 0 && _at < _tokens.Length && _tokens[_at].Handle is { } handle)
            statement[0] = statement[0] with { Handle = handle };
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
        // The rest of an element (timeout, counter, comment) begins where nothing joins two words: syn | ack . 80
        var parts = new List<string>();
        var joins = true;
        foreach (var token in key.Where(token => !token.Is("(") && !token.Is(")")))
            if (token.Is("."))
                joins = true;
            else if (token.Is("|") && parts.Count > 0)
                (parts[^1], joins) = ($"{parts[^1]},", true);
            else if (!joins)
                break;
            else if (parts is [.., [.., ',']])
                (parts[^1], joins) = (parts[^1] + token.Text, false);
            else
            {
                parts.Add(token.Text);
                joins = false;
            }

        return new([.. parts], colon < 0 ? [] : [.. tokens[(colon + 1)..]]);
    }
}

/// <summary>A duration as nft prints it: <c>3h59m59s964ms</c>.</summary>
internal static partial class NftTime
{
    /// <summary>Whole seconds; null if the text is no duration.</summary>
    public static long? Seconds(string text)
    {
        var match = Parts().Match(text);
        if (!match.Success)
            return null;
        long Part(string name) =>
            long.TryParse(match.Groups[name].ValueSpan, CultureInfo.InvariantCulture, out var number) ? number : 0;
        return ((Part("d") * 24 + Part("h")) * 60 + Part("m")) * 60 + Part("s");
    }

    [GeneratedRegex(@"\A(?:(?<d>\d{1,9})d)?(?:(?<h>\d{1,9})h)?(?:(?<m>\d{1,9})m(?!s))?(?:(?<s>\d{1,9})s)?(?:\d+ms)?\z")]
    private static partial Regex Parts();
}
