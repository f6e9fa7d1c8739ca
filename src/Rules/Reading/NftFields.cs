namespace Hooktrail.Rules.Reading;

/// <summary>The names of the fields that a rule compares, which are one word or several.</summary>
internal static class NftFields
{
    /// <summary>Reads the name; null for an unknown field.</summary>
    public static string? Read(Func<string> next, Func<string> peek)
    {
        var head = next();
        return head switch
        {
            "iif" or "iifname" or "oif" or "oifname" or "ibrname" or "obrname" or "mark" or "pkttype" or "l4proto"
                or "nfproto" or "protocol" =>
                $"meta {head}",
            "meta" => $"meta {next()}",
            "fib" => Fib(next, peek),
            "tcp" when peek() == "option" => Option(next, peek),
            "arp" => Arp(next, peek),
            "ct" => Ct(next, peek),
            "rt" when !HeaderWords.OfRoutingHeader.Contains(peek()) => null,
            "numgen" or "jhash" or "symhash" => Generator(head, next, peek),
            "ip" or "ip6" or "tcp" or "udp" or "th" or "icmp" or "icmpv6" or "ether" or "vlan" or "exthdr" or "rt" =>
                $"{head} {next()}",
            _ when HeaderWords.Protocols.Contains(head) || HeaderWords.Extensions.Contains(head) => $"{head} {next()}",
            _ => null,
        };
    }

    // fib saddr . mark . iif oif
    private static string Fib(Func<string> next, Func<string> peek)
    {
        var flags = next();
        while (peek() == ".")
            flags += $" {next()} {next()}";
        return $"fib {flags} {next()}";
    }

    // tcp option maxseg size, tcp option sack-perm exists
    private static string Option(Func<string> next, Func<string> peek)
    {
        var option = $"tcp {next()} {next()}";
        return peek() is "exists" or "missing" ? option : $"{option} {next()}";
    }

    private static string? Arp(Func<string> next, Func<string> peek)
    {
        var field = next();
        return field is "saddr" or "daddr" && peek() is "ip" or "ether" ? $"arp {field} {next()}" : $"arp {field}";
    }

    // ct state, ct original proto-dst, ct reply ip saddr
    private static string Ct(Func<string> next, Func<string> peek)
    {
        var field = next();
        if (field is not ("original" or "reply"))
            return $"ct {field}";
        var part = next();
        return part is "ip" or "ip6" ? $"ct {field} {part} {next()}" : $"ct {field} {part}";
    }

    // numgen random mod 2, jhash ip saddr . tcp dport mod 2 seed 0xabc, symhash mod 2 offset 100
    private static string? Generator(string head, Func<string> next, Func<string> peek)
    {
        var words = new List<string> { head };
        while (peek().Length > 0 && words[^1] != "mod")
            words.Add(next());
        if (words[^1] != "mod")
            return null;
        words.Add(next());
        while (peek() is "seed" or "offset")
            words.AddRange([next(), next()]);
        return string.Join(' ', words);
    }
}
