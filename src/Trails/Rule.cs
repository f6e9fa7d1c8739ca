using System.Collections.Immutable;
using System.Text;

namespace Hooktrail.Trails;

/// <summary>What a rule does to a packet that it matches.</summary>
public enum Verdict
{
    /// <summary>Ends this hook point's chain; later hook points still see the packet.</summary>
    Accept,

    /// <summary>Ends the packet's journey here.</summary>
    Drop,

    /// <summary>Writes the address of the device that the packet leaves by as its source, for the whole connection.</summary>
    Masquerade,
}

/// <summary>
/// One rule that changes a trail. Every condition that is null matches anything.
/// </summary>
/// <param name="At">The hook point whose chain reaches the rule.</param>
/// <param name="Verdict">What it does.</param>
public sealed record Rule(HookPoint At, Verdict Verdict)
{
    /// <summary>The device the packet came in by, by its name in the lab.</summary>
    public string? In { get; init; }

    /// <summary>The device the packet goes out by, by its name in the lab.</summary>
    public string? Out { get; init; }

    /// <summary>A device by which the packet must not go out (<c>! -o</c>).</summary>
    public string? NotOut { get; init; }

    /// <summary>A device by which the packet must not have come in (<c>! -i</c>).</summary>
    public string? NotIn { get; init; }

    /// <summary>Whether the source must be in the subnet of the network lab.</summary>
    public bool FromLab { get; init; }

    /// <summary>Whether the packet must belong to a connection that conntrack has seen answered (<c>ctstate ESTABLISHED</c>).</summary>
    public bool Established { get; init; }

    /// <summary>
    /// What Docker's bridge driver installs for one network whose containers publish no port, as far as it bears on packets
    /// of the lab: masquerading of what leaves the bridge, and FORWARD as its DOCKER chains and policy leave it. Measured with Docker
    /// 20.10; 28.2 and later drop a packet that comes from elsewhere to a container already in raw PREROUTING (facts: moby,
    /// libnetwork/drivers/bridge).
    /// </summary>
    public static readonly ImmutableArray<Rule> OfDocker =
    [
        new(Point("nat", "POSTROUTING"), Verdict.Masquerade) { FromLab = true, NotOut = LabNames.Bridge },
        new(Point("filter", "FORWARD"), Verdict.Accept) { Out = LabNames.Bridge, Established = true },
        new(Point("filter", "FORWARD"), Verdict.Accept) { In = LabNames.Bridge },
        new(Point("filter", "FORWARD"), Verdict.Drop),
    ];

    /// <summary>The rule as the tools' command line has it, without table and chain: <c>-i lab -j ACCEPT</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        if (In is not null) text.Append($"-i {In} ");
        if (NotIn is not null) text.Append($"! -i {NotIn} ");
        if (Out is not null) text.Append($"-o {Out} ");
        if (NotOut is not null) text.Append($"! -o {NotOut} ");
        if (FromLab) text.Append($"-s {LabNames.Bridge} ");
        if (Established) text.Append("-m conntrack --ctstate ESTABLISHED ");
        return text.Append($"-j {Verdict.ToString().ToUpperInvariant()}").ToString();
    }

    private static HookPoint Point(string table, string chain) => new(Layer.Iptables, table, chain);
}
