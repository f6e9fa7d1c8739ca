namespace Hooktrail.Hosts.Anonymous;

/// <summary>
/// Which documentation address stands for each MAC address of a device: 00:00:5e:00:53:00 to ff (RFC 7042, 2.1.1), and
/// where these are too few 02:00:5e:53:00:00 and on, which no maker gives out. Group addresses stay.
/// </summary>
internal sealed class MacMap
{
    private const string First = "00:00:5e:00:53:";
    private const string More = "02:00:5e:53:";

    private readonly Dictionary<string, string> _to = [];

    public MacMap(IEnumerable<string> macs)
    {
        var all = macs.ToList();
        var used = all.Where(IsDocumentation).ToHashSet();
        using var free = Documentation().Where(one => !used.Contains(one)).GetEnumerator();
        foreach (var mac in all.Where(IsOfDevice))
        {
            if (!free.MoveNext())
                throw new HooktrailException(
                    "The snapshot cannot be anonymized: it has more MAC addresses than there are for documentation; write one without --anonymize.");
            _to.Add(mac, free.Current);
        }
    }

    public string Of(string mac) => _to.GetValueOrDefault(mac, mac);

    public string? Find(string mac) => _to.GetValueOrDefault(mac);

    /// <summary>Whether it is the address of a device, and no documentation.</summary>
    public static bool IsOfDevice(string mac) =>
        (Convert.ToByte(mac[..2], 16) & 1) == 0 && mac != "00:00:00:00:00:00" && !IsDocumentation(mac);

    private static bool IsDocumentation(string mac) =>
        mac.StartsWith(First, StringComparison.Ordinal) || mac.StartsWith(More, StringComparison.Ordinal);

    private static IEnumerable<string> Documentation() =>
        Enumerable.Range(0, 256).Select(one => string.Create(CultureInfo.InvariantCulture, $"{First}{one:x2}"))
            .Concat(Enumerable.Range(0, 65536).Select(one => string.Create(
                CultureInfo.InvariantCulture, $"{More}{one >> 8:x2}:{one & 255:x2}")));
}
