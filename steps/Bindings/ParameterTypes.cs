using Hooktrail.Namespaces;
using Reqnroll;

namespace Hooktrail.Specs.Bindings;

/// <summary>
/// The parameter types of the steps. Reqnroll passes on each group of an expression, and refuses as a parameter type an
/// expression with <c>(?:</c>.
/// </summary>
[Binding]
public sealed class ParameterTypes
{
    private const string Quoted = "\"([^\"]*)\"";

    [StepArgumentTransformation(Quoted, Name = "endpoint")]
    public Endpoint ToEndpoint(string name) => Endpoint.Parse(name);

    [StepArgumentTransformation("(ebtables|iptables|ip6tables|arptables|nftables)", Name = "layer")]
    public Layer ToLayer(string name) => Layers.Parse(name);

    [StepArgumentTransformation("([a-z]+, then [a-z, ]+)", Name = "tables")]
    public string[] ToTables(string names) => names.Split(", then ");

    /// <summary><c>"iptables mangle FORWARD"</c>, <c>"nftables ip mine forward"</c>.</summary>
    [StepArgumentTransformation(Quoted, Name = "hook point")]
    public HookPoint ToHookPoint(string point) => point.Split(' ') switch
    {
        ["nftables", var family, var table, var chain] => HookPoints.Parse("nftables", $"{family} {table}", chain),
        [var layer, var table, var chain] => HookPoints.Parse(layer, table, chain),
        _ => throw new HooktrailException(
            $"\"{point}\" is not a hook point; write layer, table and chain, such as \"iptables nat POSTROUTING\" or \"nftables ip mine postrouting\"."),
    };

    [StepArgumentTransformation("(|second |third |fourth |fifth )(request|reply|error)", Name = "leg")]
    public Leg ToLeg(string ordinal, string direction) =>
        new(Directions.Parse(direction), Array.IndexOf(["", "second ", "third ", "fourth ", "fifth "], ordinal) + 1);

    [StepArgumentTransformation("(SYN|SYN-ACK|ACK|data|FIN|FIN of the reply)", Name = "leg")]
    public Leg ToLeg(string name) => Leg.OfTcp.Single(one => one.Name == name).Leg;

    [StepArgumentTransformation("(dropped|rejected)", Name = "stopped")]
    public OutcomeKind ToOutcome(string how) => how == "dropped" ? OutcomeKind.Dropped : OutcomeKind.Rejected;

    [StepArgumentTransformation("(once|twice|[0-9]{1,2} times)", Name = "times")]
    public int ToTimes(string times) => times switch { "once" => 1, "twice" => 2, _ => Number(times)!.Value };

    [StepArgumentTransformation("([a-z0-9_-]+)", Name = "switch")]
    public Switch ToSwitch(string name) => Switch.Parse(name);

    [StepArgumentTransformation("(on|off)", Name = "state")]
    public bool ToState(string state) => state == "on";

    /// <summary>The version that the words name; null for that of the addresses.</summary>
    [StepArgumentTransformation("(| over IPv4| over IPv6)", Name = "ip")]
    public AskedIp ToAskedIp(string words) => new(words switch
    {
        "" => null,
        " over IPv4" => IpVersion.V4,
        _ => IpVersion.V6,
    });

    [StepArgumentTransformation("(nft|legacy)", Name = "backend")]
    public Backend ToBackend(string name) => Backends.Parse(name);

    [StepArgumentTransformation("([0-9.]+)", Name = "kernel")]
    public KernelVersion ToKernelVersion(string text) => KernelVersion.Parse(text);

    /// <summary>The first releases with a change: <c>6.9, 6.1.88 and 6.6.29</c>.</summary>
    [StepArgumentTransformation("([0-9][0-9., and]*)", Name = "kernels")]
    public KernelReleases ToKernelReleases(string text) => KernelReleases.Parse(text);

    /// <summary><c>28.2</c>, <c>29-nftables</c>.</summary>
    [StepArgumentTransformation("([0-9][0-9a-z.-]*)", Name = "release")]
    public DockerRelease ToDockerRelease(string text) => DockerRules.Parse(text);

    /// <summary><c>with Docker 29, without the userland proxy</c>.</summary>
    [StepArgumentTransformation(
        "(without Docker|with Docker [0-9][0-9a-z.-]*)(|, without the userland proxy)(|, without conntrack)(|, with iptables-legacy)",
        Name = "private host")]
    public NamespaceSetup ToPrivateHost(string docker, string withoutProxy, string withoutConntrack, string legacy) =>
        NamespaceSetup.Default with
        {
            Docker = docker == "without Docker" ? null : ToDockerRelease(docker["with Docker ".Length..]),
            UserlandProxy = withoutProxy == "",
            Conntrack = withoutConntrack == "",
            Iptables = legacy == "" ? NamespaceSetup.Default.Iptables : Backend.Legacy,
        };

    [StepArgumentTransformation("\"ebtables -t ([a-z]+) (-A [^\"]*)\"", Name = "ebtables rule")]
    public RuleSet ToRule(string table, string rule) => RuleText.Read(Layer.Ebtables, [$"*{table}", rule], "the rule");

    /// <summary>The words that may follow a flow, in this order. A part that the sentence lacks is empty.</summary>
    [StepArgumentTransformation(
        "(| once| twice| [0-9]{1,2} times)"
        + "(| at port [0-9]{1,5})"
        + "(| by the address \"[^\"]*\")"
        + "(| with the source \"[^\"]*\")"
        + "(| over IPv6)"
        + "(| with TTL [0-9]{1,3})"
        + "(| in [0-9]{1,2} fragments)"
        + "(| in a VLAN frame| in a PPPoE frame)"
        + "(| with [a-z0-9_-]+ on| with [a-z0-9_-]+ off)"
        + "(|, and the rule \"[^\"]*\" comes in between)",
        Name = "manner")]
    public Manner ToManner(
        string times, string port, string via, string source, string ipv6, string ttl,
        string fragments, string frame, string turned, string rule) => new()
        {
            Packets = times == "" ? 1 : ToTimes(times[1..]),
            Port = Number(port),
            Via = InQuotes(via) is { } address ? LabNames.ParseAddress(address) : null,
            As = InQuotes(source) is { } other ? LabNames.ParseAddress(other) : null,
            Ip = ipv6 == "" ? IpVersion.V4 : IpVersion.V6,
            Ttl = Number(ttl) ?? Flow.DefaultTtl,
            Fragments = Number(fragments) ?? 1,
            Frame = frame switch
            {
                "" =>
                Encapsulation.None,
                " in a VLAN frame" => Encapsulation.Vlan,
                _ => Encapsulation.PPPoE
            },
            Turned = turned.Split(' ') is [_, _, var name, var state] ? (ToSwitch(name), ToState(state)) : null,
            Between = InQuotes(rule),
        };

    private static int? Number(string words) =>
        words.Split(' ').FirstOrDefault(word => word.All(char.IsAsciiDigit) && word != "") is { } digits
            ? int.Parse(digits, CultureInfo.InvariantCulture)
            : null;

    private static string? InQuotes(string words) => words.Split('"') is [_, var quoted, _] ? quoted : null;
}
