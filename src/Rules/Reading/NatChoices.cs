namespace Hooktrail.Rules.Reading;

/// <summary>The addresses and ports that one action of NAT may choose from.</summary>
internal static class NatChoices
{
    /// <summary>NAT to a range of more addresses or ports is unknown.</summary>
    public const int Most = 16;

    // 172.18.0.2:80, server:80, :80, [fd00::2]:80, fd00::2
    public static (string Address, string Port) Parts(string text)
    {
        if (text.StartsWith('[') && text.IndexOf(']') is var end and > 0)
            return (text[1..end], text[(end + 1)..].TrimStart(':'));
        return text.Count(one => one == ':') == 1 && text.IndexOf(':') is var colon
            ? (text[..colon], text[(colon + 1)..])
            : (text, "");
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
        return range.Each(Most) is { } all
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
        return NftNumber.Range(text) is var (first, last) && last <= ushort.MaxValue && last - first < Most
            ? [.. Enumerable.Range((int)first, (int)(last - first) + 1)
                .Select(one => Port(translation.Port(one.ToString(CultureInfo.InvariantCulture))))]
            : null;
    }

    private static int? Port(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535
            ? port
            : null;
}
