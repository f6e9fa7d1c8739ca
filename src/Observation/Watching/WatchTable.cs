using System.Text;
using Hooktrail.Observation.Nflog;

namespace Hooktrail.Observation.Watching;

/// <summary>
/// Private tables that let the kernel trace some packets of a flow on a user's host, and change nothing else. A chain
/// before all others selects a packet, at most some in a second, and sets <c>meta nftrace</c>, which stays with the
/// packet through NAT. An empty chain stands at each place of a hook point: its end is a step of the trace, and so tells
/// that the packet came there, whether the tool of that place keeps its rules in nf_tables or elsewhere.
/// </summary>
/// <param name="Run">The run, which the tables' names have.</param>
/// <param name="Traffic">The packets.</param>
/// <param name="Places">The places, in the order of registration.</param>
public sealed record WatchTable(RunId Run, WatchedTraffic Traffic, ImmutableArray<NflogPlace> Places)
{
    private const string Seen = "seen", Traced = "traced", Entry = "entry.";

    // Before everything else: of chains with one priority, the one that is registered last runs first.
    private const int First = int.MinValue;

    /// <summary>At most so many packets are traced in a second, and as many at once.</summary>
    public int Rate { get; init; } = 20;

    /// <summary>
    /// Devices whose packets another chain has selected already when they come to the IP layer: bridges, devices with
    /// chains at ingress, and the loopback device, whose packets were sent here.
    /// </summary>
    public ImmutableArray<string> SelectedBefore { get; init; } = [];

    /// <summary>As <see cref="NflogTable.AreOwned"/>.</summary>
    public bool AreOwned { get; init; } = true;

    /// <summary>As <see cref="NflogTable.Name"/>, with another end.</summary>
    public static string Name(RunId run) => $"hooktrail-{run}-watch";

    /// <summary>The commands that count the flow's packets, for <see cref="Counts"/>.</summary>
    public string List => string.Concat(Families.Select(family => $"list counters table {Word(family)} {Name(Run)}\n"));

    /// <summary>Input for nft that creates the tables, as one transaction.</summary>
    public string Install()
    {
        var text = new StringBuilder();
        foreach (var family in Families)
        {
            text.Append(CultureInfo.InvariantCulture, $"table {Word(family)} {Name(Run)} {{\n");
            if (AreOwned)
                text.Append("\tflags owner\n");
            text.Append(CultureInfo.InvariantCulture, $"\tcounter {Seen} {{ }}\n\tcounter {Traced} {{ }}\n");
            foreach (var (index, place) in Places.Index().Where(one => one.Item.Family == family))
                text.Append(CultureInfo.InvariantCulture,
                    $"\tchain {NameOf(index)} {{\n\t\ttype {Word(place.Type)} hook {Word(place.Hook)}{Device(place.Device)} priority {place.Priority}; policy accept;\n\t}}\n");
            foreach (var (name, hook, device) in Entries(family))
            {
                text.Append(CultureInfo.InvariantCulture,
                    $"\tchain {name} {{\n\t\ttype filter hook {hook}{Device(device)} priority {First}; policy accept;\n");
                if (hook == "prerouting" && Excluded(family) is { Length: > 0 } excluded)
                    text.Append(CultureInfo.InvariantCulture, $"\t\tiifname {{ {excluded} }} return\n");
                foreach (var match in Traffic.Matches(family))
                    text.Append(CultureInfo.InvariantCulture,
                        $"\t\t{match} counter name \"{Seen}\" limit rate {Rate}/second burst {Rate} packets counter name \"{Traced}\" meta nftrace set 1 accept\n");
                text.Append("\t}\n");
            }

            text.Append("}\n");
        }

        return text.ToString();
    }

    /// <summary>How many packets of the flow came, and how many of them were traced; from what nft lists.</summary>
    /// <remarks>A packet that crosses a bridge may count twice.</remarks>
    public static (long Seen, long Traced) Counts(IEnumerable<string> listed)
    {
        var (counts, name) = (new Dictionary<string, long>(), "");
        foreach (var line in listed.Select(line => line.Trim().Split(' ')))
            if (line is ["counter", var counter, ..])
                name = counter;
            else if (line is ["packets", var packets, ..] && LogFields.LongNumber(packets) is { } count)
                counts[name] = counts.GetValueOrDefault(name) + count;
        return (counts.GetValueOrDefault(Seen), counts.GetValueOrDefault(Traced));
    }

    /// <summary>The hook point for which a chain of the tables stands; null for one that selects.</summary>
    internal HookPoint? PointOf(string chain) =>
        !chain.StartsWith(Entry, StringComparison.Ordinal) && LogFields.Number(chain.AsSpan(chain.IndexOf('.') + 1)) is { } index
        && index < Places.Length
            ? Places[index].Point
            : null;

    private ImmutableArray<NftFamily> Families =>
        [.. Places.Select(place => place.Family).Where(family => !IsOfInet(family)).Concat(OfInet).Distinct().Order()];

    // The chains of inet stand for places of both versions; what selects is in tables of ip and ip6.
    private IEnumerable<NftFamily> OfInet => Places.Any(place => IsOfInet(place.Family)) ? [NftFamily.Inet] : [];

    private static bool IsOfInet(NftFamily family) => family == NftFamily.Inet;

    private IEnumerable<(string Name, string Hook, string? Device)> Entries(NftFamily family) => family switch
    {
        NftFamily.Ip or NftFamily.Ip6 =>
            [($"{Entry}prerouting", "prerouting", null), ($"{Entry}output", "output", null)],
        NftFamily.Bridge => [($"{Entry}prerouting", "prerouting", null)],
        NftFamily.Netdev =>
        [
            .. Places.Where(place => place is { Family: NftFamily.Netdev, Hook: NftHook.Ingress })
                .SelectMany(place => (place.Device ?? "").Split(','))
                .Distinct()
                .Select((device, index) => ($"{Entry}{index}", "ingress", (string?)device)),
        ],
        _ => [],
    };

    private string Excluded(NftFamily family) => family is NftFamily.Ip or NftFamily.Ip6
        ? string.Join(", ", SelectedBefore.Select(device => $"\"{device}\""))
        : string.Join(", ", Places
            .Where(place => place is { Family: NftFamily.Netdev, Hook: NftHook.Ingress } && family == NftFamily.Bridge)
            .SelectMany(place => (place.Device ?? "").Split(','))
            .Distinct()
            .Select(device => $"\"{device}\""));

    private static string Device(string? device) => device is null ? "" : $" device \"{device}\"";

    private static string NameOf(int index) => string.Create(CultureInfo.InvariantCulture, $"at.{index}");

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
