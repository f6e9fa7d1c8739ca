using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Match = System.Text.RegularExpressions.Match;

namespace Hooktrail.Hosts.Anonymous;

/// <summary>Finds the addresses and names in a line that a tool printed, as text or as JSON.</summary>
internal sealed partial class LineRewriting(Replacements with)
{
    public SnapshotPart Rewrite(SnapshotPart part)
    {
        Func<string, string> line = part.Name.Split(' ', '-') switch
        {
            ["kernel" or "rights" or "versions" or "settings" or "modules"] => text => text,
            ["host"] => _ => "host",
            ["listening", ..] => Socket,
            ["docker" or "podman", "containers"] => text => Addresses(Container(text)),
            ["docker" or "podman", "networks"] => text => Addresses(Network(text)),
            _ => text => Addresses(WithoutComments(text)),
        };
        return part with
        {
            Command = Server().Replace(part.Command, "$1://host"),
            Lines = [.. part.Lines.Select(line)],
            Errors = [.. part.Errors.Select(text => Addresses(Server().Replace(text, "$1://host")))],
        };
    }

    /// <summary>All addresses of a text.</summary>
    internal string Addresses(string text)
    {
        text = WithLength().Replace(text, Lengthened);
        text = JsonRange().Replace(text, found => Both(found, found.Value));
        text = NamedByMac().Replace(text, found => "enx" + with.Mac(WithColons(found.Groups[1].Value))
            .Replace(":", "", StringComparison.Ordinal));
        return Address().Replace(text, Found);
    }

    private string Found(Match found)
    {
        if (found.Groups["mac"].Success)
            return Mac(found);
        if (Read(found.Groups["a"].Value) is not { } address)
            return found.Value;
        if (found.Groups["b"].Success)
            return Read(found.Groups["b"].Value) is { } last && last.AddressFamily == address.AddressFamily
                ? Both(found, found.Value)
                : found.Value;
        if (found.Groups["mask"].Success)
            return Masked(address, found.Groups["mask"].Value);
        // JSON of ip has lengths beside addresses, which stand with their network already.
        return found.Groups["length"] is { Success: true, Value: var text }
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            && length <= AddressSpan.Bits(address.AddressFamily)
                ? Shown(with.Network(address, length))
                : Replaced(address).ToString();
    }

    // An address of IPv4 that a socket of IPv6 has, ::ffff:192.0.2.1.
    private IPAddress Replaced(IPAddress address) => address.IsIPv4MappedToIPv6
        ? with.Address(address.MapToIPv4()).MapToIPv6()
        : with.Address(address);

    private static string Shown((IPAddress Address, int Length) network) =>
        string.Create(CultureInfo.InvariantCulture, $"{network.Address}/{network.Length}");

    private string Both(Match found, string whole)
    {
        if (Read(found.Groups["a"].Value) is not { } first || Read(found.Groups["b"].Value) is not { } last)
            return whole;
        var (from, to) = with.Range(first, last);
        var (one, other) = (found.Groups["a"], found.Groups["b"]);
        var (at, then) = (one.Index - found.Index, other.Index - found.Index);
        return $"{whole[..at]}{from}{whole[(at + one.Length)..then]}{to}{whole[(then + other.Length)..]}";
    }

    /// <summary>255.255.255.0 is a length; a mask with gaps is no network.</summary>
    private string Masked(IPAddress address, string printed)
    {
        if (Read(printed) is not { } mask || mask.AddressFamily != address.AddressFamily)
            return $"{with.Address(address)}/{printed}";
        var bits = AddressSpan.Bits(address.AddressFamily);
        var number = AddressSpan.Number(mask);
        var length = Enumerable.Range(0, bits)
            .TakeWhile(bit => ((number >> (bits - 1 - bit)) & UInt128.One) == UInt128.One)
            .Count();
        var rest = (UInt128.One << (bits - length)) - UInt128.One;
        if ((number & rest) != UInt128.Zero)
            throw new HooktrailException(
                $"The snapshot cannot be anonymized: {address}/{mask} asks for some bits of an address, which no documentation address keeps; write one without --anonymize.");
        var (to, bitsLeft) = with.Network(address, length);
        var hosts = (UInt128.One << (bits - bitsLeft)) - UInt128.One;
        return $"{to}/{AddressSpan.Address((UInt128.MaxValue >> (128 - bits)) & ~hosts, address.AddressFamily)}";
    }

    private string Mac(Match found)
    {
        var mac = string.Join(':', found.Groups["mac"].Value.ToLowerInvariant().Split(':').Select(
            one => one.PadLeft(2, '0')));
        if (found.Groups["macmask"] is { Success: true, Value: var mask }
            && !mask.Equals("ff:ff:ff:ff:ff:ff", StringComparison.OrdinalIgnoreCase))
            return !MacMap.IsOfDevice(mac)
                ? found.Value
                : throw new HooktrailException(
                    $"The snapshot cannot be anonymized: {found.Value} asks for a part of a MAC address, which no documentation address keeps; write one without --anonymize.");
        return with.Mac(mac) + (found.Groups["macmask"].Success ? $"/{found.Groups["macmask"].Value}" : "");
    }

    private string Lengthened(Match found)
    {
        if (Read(found.Groups["a"].Value) is not { } address
            || !int.TryParse(found.Groups["n"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            || length > AddressSpan.Bits(address.AddressFamily))
            return found.Value;
        var (to, bits) = with.Network(address, length);
        return string.Create(
            CultureInfo.InvariantCulture, $"{found.Groups["before"].Value}{to}{found.Groups["between"].Value}{bits}");
    }

    /// <summary>«tcp 0100007F:0050», as <see cref="Reading.SocketReader"/> reads it.</summary>
    private string Socket(string line)
    {
        if (line.Split(' ', ':') is not [var protocol, { Length: 8 or 32 } hex, var port]
            || Reading.SocketReader.Address(hex) is not { } address)
            return line;
        return $"{protocol} {Reading.SocketReader.Hex(Replaced(address))}:{port}";
    }

    private string Container(string line) => Member().Replace(line, found => found.Groups["key"].Value switch
    {
        "name" => Named(found, NameKind.Container),
        "project" => Named(found, NameKind.Project),
        "service" => Named(found, NameKind.Service),
        "mode" when found.Groups["value"].Value.Contains(':') => found.Value,
        _ => Named(found, NameKind.Network),
    });

    // The name of a network comes before the options of its driver, which may have any key.
    private string Network(string line) => Member().Replace(
        line, found => found.Groups["key"].Value == "name" ? Named(found, NameKind.Network) : found.Value, 1);

    private string Named(Match found, NameKind kind)
    {
        var value = found.Groups["value"].Value;
        var name = value.TrimStart('/');
        return $"{found.Groups["before"].Value}{value[..^name.Length]}{with.Name(kind, name)}\"";
    }

    private static string WithoutComments(string line) => JsonNote().Replace(
        NftNote().Replace(SaveNote().Replace(line, "$1 note"), "$1 \"note\""), "\"$1\": \"note\"");

    private static string WithColons(string digits) =>
        string.Join(':', Enumerable.Range(0, 6).Select(at => digits.Substring(at * 2, 2)));

    private static IPAddress? Read(string text) =>
        IPAddress.TryParse(text, out var address)
        && (address.AddressFamily == AddressFamily.InterNetworkV6 || text.Count(one => one == '.') == 3)
            ? address
            : null;

    [GeneratedRegex("""(?<before>"(?:local|address|address6|src|dst|addr)": ?")(?<a>[0-9A-Fa-f:.]+)(?<between>", ?"(?:prefixlen|srclen|dstlen|len|length|length6)": ?)(?<n>\d{1,3})""")]
    private static partial Regex WithLength();

    [GeneratedRegex("""\[ ?"(?<a>[0-9A-Fa-f:.]+)", ?"(?<b>[0-9A-Fa-f:.]+)" ?\]""")]
    private static partial Regex JsonRange();

    [GeneratedRegex(@"\benx([0-9a-f]{12})\b")]
    private static partial Regex NamedByMac();

    [GeneratedRegex(
        """
        (?<![\w.:])(?:
        (?<mac>(?:[0-9A-Fa-f]{1,2}:){5}[0-9A-Fa-f]{1,2})(?![\w:.])(?:/(?<macmask>(?:[0-9A-Fa-f]{1,2}:){5}[0-9A-Fa-f]{1,2})(?![\w:.]))?
        |(?<a>\d{1,3}(?:\.\d{1,3}){3}|(?=[0-9A-Fa-f:]*:)[0-9A-Fa-f:]+(?:\.\d{1,3}){0,3})(?!\w|\.\d)
        (?:/(?<mask>\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:]+)(?!\w|\.\d)|/(?<length>\d{1,3})(?!\w|\.\d)
        |-(?<b>\d{1,3}(?:\.\d{1,3}){3}|(?=[0-9A-Fa-f:]*:)[0-9A-Fa-f:]+(?:\.\d{1,3}){0,3})(?!\w|\.\d))?
        )
        """,
        RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Address();

    [GeneratedRegex("""(?<before>"(?<key>name|project|service|mode|network)":")(?<value>[^"\\]*)""" + "\"")]
    private static partial Regex Member();

    [GeneratedRegex("""(--(?:log-prefix|nflog-prefix|ulog-prefix|comment)) (?:"(?:[^"\\]|\\.)*"|\S+)""")]
    private static partial Regex SaveNote();

    [GeneratedRegex("""\b(comment|prefix) "(?:[^"\\]|\\.)*(?:")""")]
    private static partial Regex NftNote();

    [GeneratedRegex("\"(comment|prefix)\": ?\"(?:[^\"\\\\]|\\\\.)*\"")]
    private static partial Regex JsonNote();

    [GeneratedRegex(@"\b(tcp|ssh|https?)://[^\s'""]+")]
    private static partial Regex Server();
}
