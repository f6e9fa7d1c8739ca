using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Hooktrail.Trails;

namespace Hooktrail.Specs.Bindings;

/// <summary>
/// The words behind a flow: <c>twice</c>, <c>at port 8080</c>, <c>by the address "host.wan"</c>, <c>with the source "stranger"</c>, <c>over IPv6</c>, <c>with TTL 1</c>, <c>in 3
/// fragments</c>, <c>in a VLAN frame</c>, <c>with bridge-nf-call-iptables off</c>, <c>and the rule "…" comes in between</c>; any of them, in any order.
/// </summary>
public sealed partial record Manner
{
    private static readonly (Regex Words, Func<Manner, GroupCollection, Manner> Take)[] Phrases =
    [
        (Once(), (manner, _) => manner),
        (Twice(), (manner, _) => manner with { Packets = 2 }),
        (Times(), (manner, words) => manner with { Packets = Number(words[1]) }),
        (Port(), (manner, words) => manner with { ToPort = Number(words[1]) }),
        (Address(), (manner, words) => manner with { Via = LabNames.ParseAddress(words[1].Value) }),
        (AsAnother(), (manner, words) => manner with { As = LabNames.ParseAddress(words[1].Value), ToPort = Flow.MutePort }),
        (OverIpv6(), (manner, _) => manner with { Ip = IpVersion.V6 }),
        (WithTtl(), (manner, words) => manner with { Ttl = Number(words[1]) }),
        (InFragments(), (manner, words) => manner with { Fragments = Number(words[1]) }),
        (InFrame(), (manner, words) => manner with { Frame = words[1].Value == "VLAN" ? Encapsulation.Vlan : Encapsulation.PPPoE }),
        (Switched(), (manner, words) => manner with { Switches = manner.Switches.Add((Switch.Parse(words[1].Value), words[2].Value == "on")) }),
        (RuleBetween(), (manner, words) => manner with { Between = words[1].Value }),
    ];

    /// <summary>How many requests.</summary>
    public int Packets { get; private init; } = 1;

    /// <summary>Switches that are turned for this flow.</summary>
    public ImmutableArray<(Switch Switch, bool On)> Switches { get; private init; } = [];

    /// <summary>A rule that is added after the first request; null for none.</summary>
    public string? Between { get; private init; }

    private int? ToPort { get; init; }

    private string? Via { get; init; }

    private string? As { get; init; }

    private IpVersion Ip { get; init; }

    private int Ttl { get; init; } = Flow.DefaultTtl;

    private int Fragments { get; init; } = 1;

    private Encapsulation Frame { get; init; }

    /// <summary>Reads the words.</summary>
    /// <exception cref="HooktrailException">Some of them are none that it knows.</exception>
    public static Manner Parse(string words)
    {
        var (manner, rest) = (new Manner(), words.Trim());
        while (rest.Length > 0)
        {
            var (taken, next) = Phrases.Select(phrase => (phrase.Words.Match(rest), phrase.Take)).FirstOrDefault(pair => pair.Item1.Success);
            if (next is null)
                throw new HooktrailException(
                    $"Nobody knows how to send \"{rest}\"; write once, twice, 3 times, at port 8080, by the address \"host.wan\", with the source \"stranger\", over IPv6, with TTL 1, in 3 fragments, "
                    + "in a VLAN frame, in a PPPoE frame, with SWITCH off, or and the rule \"…\" comes in between.");
            manner = next(manner, taken.Groups);
            rest = rest[taken.Length..].TrimStart(' ', ',');
        }

        return manner;
    }

    /// <summary>The flow, sent so.</summary>
    public Flow Applied(Flow flow) => flow with
    {
        Ip = Ip,
        Port = ToPort ?? flow.Port,
        Via = Via,
        As = As,
        Ttl = Ttl,
        Fragments = Fragments,
        Encapsulation = Frame,
    };

    private static int Number(Group digits) => int.Parse(digits.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\Aonce\b")]
    private static partial Regex Once();

    [GeneratedRegex(@"\Atwice\b")]
    private static partial Regex Twice();

    [GeneratedRegex(@"\A(\d{1,2}) times\b")]
    private static partial Regex Times();

    [GeneratedRegex(@"\Aat port (\d{1,5})\b")]
    private static partial Regex Port();

    [GeneratedRegex("\\Aby the address \"([^\"]*)\"")]
    private static partial Regex Address();

    [GeneratedRegex("\\Awith the source \"([^\"]*)\"")]
    private static partial Regex AsAnother();

    [GeneratedRegex(@"\Aover IPv6\b")]
    private static partial Regex OverIpv6();

    [GeneratedRegex(@"\Awith TTL (\d{1,3})\b")]
    private static partial Regex WithTtl();

    [GeneratedRegex(@"\Ain (\d{1,2}) fragments\b")]
    private static partial Regex InFragments();

    [GeneratedRegex(@"\Ain a (VLAN|PPPoE) frame\b")]
    private static partial Regex InFrame();

    [GeneratedRegex(@"\Awith (\S+) (on|off)\b")]
    private static partial Regex Switched();

    [GeneratedRegex("\\Aand the rule \"([^\"]*)\" comes in between")]
    private static partial Regex RuleBetween();
}
