using System.Text.Json;
using System.Text.RegularExpressions;

namespace Hooktrail.Rules.Reading;

/// <summary>
/// Turns nft's JSON into nft's script, so that one reader is enough. Parts that it does not know become unreadable.
/// </summary>
internal static partial class NftJson
{
    /// <summary>The message is the name of the expression.</summary>
    private sealed class NotKnownException(string name) : Exception(name);

    /// <exception cref="HooktrailException">The text is no output of <c>nft -j</c>.</exception>
    public static ImmutableArray<string> Script(string json, string source, bool withHandles = false)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new() { MaxDepth = 128 });
            return Script(document.RootElement.GetProperty("nftables"), withHandles);
        }
        catch (Exception wrong)
            when (wrong is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new HooktrailException(
                $"{source} is not what nft -j list ruleset prints; give its output as it is.", wrong);
        }
    }

    private static ImmutableArray<string> Script(JsonElement objects, bool withHandles)
    {
        var lines = ImmutableArray.CreateBuilder<string>();
        // A host has hundreds of rules in dozens of chains, so the objects are sorted by their places once.
        var all = objects.EnumerateArray().SelectMany(one => one.EnumerateObject()).ToList();
        var ofTable = all.Where(one => one.Name is "set" or "map" or "chain")
            .ToLookup(one => (Word(one.Value, "family"), Word(one.Value, "table")));
        var ofChain = all.Where(one => one.Name == "rule").Select(one => one.Value)
            .ToLookup(rule => (Word(rule, "family"), Word(rule, "table"), Word(rule, "chain")));
        foreach (var table in all.Where(one => one.Name == "table").Select(one => one.Value))
        {
            var (family, name) = (Word(table, "family"), Word(table, "name"));
            lines.Add($"table {family} {Quoted(name)} {{");
            if (table.TryGetProperty("flags", out var flags))
                lines.Add($"flags {FlagsOf(flags)}");
            foreach (var set in ofTable[(family, name)].Where(one => one.Name is "set" or "map"))
                Elements(set, lines);
            foreach (var chain in ofTable[(family, name)].Where(one => one.Name == "chain").Select(one => one.Value))
            {
                Chain(chain, lines);
                foreach (var rule in ofChain[(family, name, Word(chain, "name"))])
                    lines.Add(withHandles ? $"{Rule(rule)}{Handle(rule)}" : Rule(rule));
                lines.Add("}");
            }

            lines.Add("}");
        }

        return lines.ToImmutable();
    }

    // nft 1.0.6 prints a wrong word from its memory for dormant, which its text output has right;
    // the other flags change no trail.
    private static string FlagsOf(JsonElement flags) =>
        List(flags) is var words && words is "owner" or "persist" or "owner,persist" ? words : "dormant";

    private static void Elements(JsonProperty set, ImmutableArray<string>.Builder lines)
    {
        lines.Add($"{set.Name} {Quoted(Word(set.Value, "name"))} {{");
        if (set.Value.TryGetProperty("flags", out var flags))
            lines.Add($"flags {List(flags)}");
        // nft 1.0.6 omits the flag dynamic; a set that packets fill has a size.
        if (set.Value.TryGetProperty("size", out _))
            lines.Add("flags dynamic");
        if (set.Value.TryGetProperty("stmt", out var each))
            lines.AddRange(each.EnumerateArray().Select(one => Only(one).Name).Where(name => name is not "counter"));
        try
        {
            if (set.Value.TryGetProperty("elem", out var elements))
                lines.Add($"elements = {{ {string.Join(", ", elements.EnumerateArray().Select(Element))} }}");
        }
        catch (NotKnownException)
        {
            lines.Add("flags dynamic");
        }

        lines.Add("}");
    }

    private static void Chain(JsonElement chain, ImmutableArray<string>.Builder lines)
    {
        lines.Add($"chain {Quoted(Word(chain, "name"))} {{");
        if (!chain.TryGetProperty("hook", out var hook))
            return;
        var device = chain.TryGetProperty("dev", out var dev)
            ? dev.ValueKind == JsonValueKind.Array
                ? $"devices = {{ {string.Join(", ", dev.EnumerateArray().Select(one => Quoted(one.GetString()!)))} }} "
                : $"device {Quoted(dev.GetString()!)} "
            : "";
        lines.Add(
            $"type {Word(chain, "type")} hook {hook.GetString()} {device}priority {chain.GetProperty("prio").GetInt32().ToString(CultureInfo.InvariantCulture)}");
        lines.Add($"policy {(chain.TryGetProperty("policy", out var policy) ? policy.GetString() : "accept")}");
        if (chain.TryGetProperty("comment", out var comment))
            lines.Add($"comment {Quoted(comment.GetString()!)}");
    }

    private static string Handle(JsonElement rule) =>
        rule.TryGetProperty("handle", out var number) && number.TryGetInt64(out var handle)
            ? $" {NftTokens.Comment(handle)}"
            : "";

    private static string Rule(JsonElement rule) =>
        rule.TryGetProperty("expr", out var statements)
            ? string.Join(' ', statements.EnumerateArray().Select(Statement))
            : "";

    private static string Statement(JsonElement statement)
    {
        // nft 1.0.6 writes a statement that has no JSON form as text.
        var (name, value) = statement.ValueKind == JsonValueKind.Object
            ? Only(statement)
            : (Plain(statement).Split(' ')[0], statement);
        try
        {
            return name switch
            {
                "match" => Match(value),
                "vmap" => $"{Left(value.GetProperty("key"))} vmap {Right(value.GetProperty("data"))}",
                "jump" or "goto" when statement.ValueKind == JsonValueKind.Object => $"{name} {Word(value, "target")}",
                "mangle" => Hex($"{Left(value.GetProperty("key"))} set {Right(value.GetProperty("value"))}"),
                "log" => value.ValueKind == JsonValueKind.Object && value.TryGetProperty("prefix", out var prefix)
                    ? $"log prefix {Quoted(prefix.GetString()!)}"
                    : "log",
                "dnat" or "snat" => Nat(name, value),
                "redirect" => value.ValueKind == JsonValueKind.Object && value.TryGetProperty("port", out var port)
                    ? $"redirect to :{Right(port)}"
                    : "redirect",
                "reject" => Reject(value),
                "xt" when value.ValueKind == JsonValueKind.Object =>
                    $"xt {Word(value, "type")} {Quoted(Word(value, "name"))}",
                // A set that packets fill. A condition in this statement may not hold.
                "set" or "map" when value.TryGetProperty("set", out var set) || value.TryGetProperty("map", out set) =>
                    Filled(value, set),
                "limit" when value.ValueKind == JsonValueKind.Object && value.TryGetProperty("rate", out _) =>
                    Limit(value),
                "quota" when value.ValueKind == JsonValueKind.Object && value.TryGetProperty("val", out var amount) =>
                    $"quota {Over(value)}{Plain(amount)} {Optional(value, "val_unit")}".TrimEnd(),
                "ct count" when value.TryGetProperty("val", out var most) => $"ct count {Over(value)}{Plain(most)}",
                "queue" when value.ValueKind == JsonValueKind.Object && value.TryGetProperty("num", out var queue) =>
                    $"queue to {Right(queue)}",
                "dup" when value.ValueKind == JsonValueKind.Object && value.TryGetProperty("addr", out var copy) =>
                    $"dup to {Plain(copy)}",
                "flow" when value.TryGetProperty("flowtable", out var offloaded) => $"flow add {Plain(offloaded)}",
                "accept" or "drop" or "return" or "continue" or "counter" or "masquerade" or "notrack" or "last"
                    or "limit" or "quota" or "queue" or "tproxy" or "dup" or "fwd" or "synproxy" => name,
                _ => throw new NotKnownException(name),
            };
        }
        catch (NotKnownException unknown)
        {
            // Some statements act and so may decide; every other one is a match that may not hold.
            var word = name is "match" or "set" or "map" or "meter" or "ct count"
                ? NftRule.UnreadableMatch
                : NftRule.Unreadable;
            return $"{word} {Quoted(unknown.Message)}";
        }
    }

    // «in» is the comparison without an operator, which for flags asks for any of them. With a set, nft prints none.
    private static string Match(JsonElement match)
    {
        var operation = Word(match, "op");
        var (left, right) = (match.GetProperty("left"), match.GetProperty("right"));
        var isSet = right.ValueKind == JsonValueKind.Object && right.TryGetProperty("set", out _)
            || right.ValueKind == JsonValueKind.String && right.GetString()!.StartsWith('@');
        var sign = operation is "==" && isSet || operation is "in" ? "" : $" {operation}";
        return Hex($"{Left(left)}{sign} {Right(right)}");
    }

    // nft prints marks as eight hexadecimal digits. The keys of a map are no marks.
    private static string Hex(string text) =>
        (text.StartsWith("meta mark", StringComparison.Ordinal) || text.StartsWith("ct mark", StringComparison.Ordinal))
            && !text.Contains(" map ", StringComparison.Ordinal)
            ? Decimals().Replace(
                text, number => uint.TryParse(number.Value, CultureInfo.InvariantCulture, out var mark)
                    ? $"0x{mark:x8}"
                    : number.Value)
            : text;

    [GeneratedRegex(@"(?<![\w.:@/])\d+(?![\w.:/])")]
    private static partial Regex Decimals();

    private static string Filled(JsonElement value, JsonElement set)
    {
        var conditions = value.TryGetProperty("stmt", out var statements)
            ? statements.EnumerateArray().Select(one => Only(one).Name)
            : [];
        return $"{Word(value, "op")} {set.GetString()} {{ {string.Join(' ', conditions)} }}";
    }

    private static string Over(JsonElement value) =>
        value.TryGetProperty("inv", out var over) && over.ValueKind == JsonValueKind.True ? "over " : "";

    // nft does not print the burst that it takes where none is given: five packets.
    private static string Limit(JsonElement value)
    {
        var unit = Optional(value, "rate_unit") is { Length: > 0 } written && written != "packets" ? $" {written}" : "";
        var burst = value.TryGetProperty("burst", out var size) && size.GetRawText() is not ("0" or "5") and var most
            ? $" burst {most} {(Optional(value, "burst_unit") is { Length: > 0 } of ? of : "packets")}"
            : "";
        return $"limit rate {Over(value)}{Plain(value.GetProperty("rate"))}{unit}/{Word(value, "per")}{burst}";
    }

    private static string Optional(JsonElement holder, string member) =>
        holder.TryGetProperty(member, out var value) ? Plain(value) : "";

    private static string Nat(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return name;
        var family = value.TryGetProperty("family", out var written) ? $" {written.GetString()}" : "";
        var address = value.TryGetProperty("addr", out var addr)
            ? addr.ValueKind == JsonValueKind.String ? addr.GetString()! : Right(addr)
            : "";
        var port = value.TryGetProperty("port", out var to) ? Right(to) : "";
        var target = port.Length == 0 ? address : address.Contains(':') ? $"[{address}]:{port}" : $"{address}:{port}";
        var isPrefix = value.TryGetProperty("type_flags", out var flags)
            && List(flags).Contains("prefix", StringComparison.Ordinal);
        return $"{name}{family}{(isPrefix ? " prefix" : "")} to {target}";
    }

    private static string Reject(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("type", out var type))
            return "reject";
        return $"reject with {type.GetString()} {(value.TryGetProperty("expr", out var code) ? Plain(code) : "")}";
    }

    private static string Left(JsonElement expression)
    {
        if (expression.ValueKind != JsonValueKind.Object)
            return Plain(expression);
        var (name, value) = Only(expression);
        return name switch
        {
            "meta" => $"meta {Word(value, "key")}",
            "payload" when value.TryGetProperty("protocol", out var protocol)
                && value.TryGetProperty("field", out var field) =>
                $"{protocol.GetString()} {field.GetString()}",
            "ct" => value.TryGetProperty("dir", out var direction)
                ? $"ct {direction.GetString()} {Word(value, "key")}"
                : $"ct {Word(value, "key")}",
            "exthdr" => value.TryGetProperty("field", out var inside)
                ? $"{Word(value, "name")} {inside.GetString()}"
                : $"exthdr {Word(value, "name")}",
            "numgen" => $"numgen {Word(value, "mode")} mod {value.GetProperty("mod").GetRawText()}{Offset(value)}",
            "symhash" => $"symhash mod {value.GetProperty("mod").GetRawText()}{Offset(value)}",
            "jhash" =>
                $"jhash {Left(value.GetProperty("expr"))} mod {value.GetProperty("mod").GetRawText()}{Offset(value)}",
            "fib" => $"fib {(value.TryGetProperty("flags", out var flags) ? List(flags, " . ") : "")} "
                + Word(value, "result"),
            "tcp option" when value.TryGetProperty("field", out var part) =>
                $"tcp option {Word(value, "name")} {part.GetString()}",
            "concat" => string.Join(" . ", value.EnumerateArray().Select(Left)),
            "&" or "|" or "^" when value.GetArrayLength() == 2 =>
                $"{Left(value[0])} {name} {Operand(value[1])}",
            _ => throw new NotKnownException(name),
        };
    }

    private static string Operand(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? $"({List(value, " | ")})" : Right(value);

    private static string Offset(JsonElement value) =>
        value.TryGetProperty("offset", out var offset) && offset.GetRawText() is not "0" and var number
            ? $" offset {number}"
            : "";

    private static string Right(JsonElement expression)
    {
        switch (expression.ValueKind)
        {
            case JsonValueKind.String:
                var text = expression.GetString()!;
                return text.StartsWith('@') ? text : Quoted(text);
            case JsonValueKind.Array:
                return List(expression);
            case JsonValueKind.True:
                return "exists";
            case JsonValueKind.False:
                return "missing";
            case not JsonValueKind.Object:
                return Plain(expression);
        }

        var (name, value) = Only(expression);
        return name switch
        {
            "set" => value.ValueKind == JsonValueKind.Array
                ? $"{{ {string.Join(", ", value.EnumerateArray().Select(Element))} }}"
                : $"{{ {Right(value)} }}",
            "range" => $"{Plain(value[0])}-{Plain(value[1])}",
            "prefix" => $"{Word(value, "addr")}/{value.GetProperty("len").GetRawText()}",
            "|" when Flat(expression).All(one => one.ValueKind == JsonValueKind.String) =>
                $"({string.Join(" | ", Flat(expression).Select(Plain))})",
            "|" => Left(expression),
            "concat" => string.Join(" . ", value.EnumerateArray().Select(Right)),
            "map" => $"{Left(value.GetProperty("key"))} map {Right(value.GetProperty("data"))}",
            "elem" => $"{Right(value.GetProperty("val"))}{Rest(value)}",
            "jump" or "goto" => $"{name} {Word(value, "target")}",
            "accept" or "drop" or "return" or "continue" => name,
            "meta" or "ct" or "&" or "^" => Left(expression),
            _ => throw new NotKnownException(name),
        };
    }

    // What makes an element more than its value: a limit, or that it soon expires.
    private static string Rest(JsonElement element) => string.Concat(
        element.EnumerateObject().Where(one => one.Name is not ("val" or "timeout" or "counter" or "comment"))
            .Select(one => one.Name == "expires" ? $" expires {one.Value.GetRawText()}s" : $" {one.Name}"));

    // Flags joined in pairs: {"|": [{"|": ["fin", "syn"]}, "rst"]}.
    private static IEnumerable<JsonElement> Flat(JsonElement expression) =>
        expression.ValueKind == JsonValueKind.Object && expression.TryGetProperty("|", out var parts)
            ? parts.EnumerateArray().SelectMany(Flat)
            : [expression];

    private static string Element(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array && element.GetArrayLength() == 2
            ? $"{Right(element[0])} : {Right(element[1])}"
            : Right(element);

    private static (string Name, JsonElement Value) Only(JsonElement one) =>
        one.EnumerateObject().FirstOrDefault() is { Name: { } name } only ? (name, only.Value) : ("unknown", one);

    private static string Word(JsonElement holder, string member) => holder.GetProperty(member).GetString() ?? "";

    private static string List(JsonElement values, string between = ",") =>
        values.ValueKind == JsonValueKind.Array
            ? string.Join(between, values.EnumerateArray().Select(Plain))
            : Plain(values);

    private static string Plain(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : value.ToString();

    private static string Quoted(string text) => $"\"{text.Replace("\"", "", StringComparison.Ordinal)}\"";
}
