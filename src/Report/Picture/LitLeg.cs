using Hooktrail.Judging;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Report.Picture;

/// <summary>The parts of a leg that a picture shows.</summary>
/// <remarks>The lit trail is the observed one, if any; Other is then the prediction, if the two part.</remarks>
public sealed record LitLeg(Flow Flow, Leg Leg, Trail Trail, Trail? Other, Account? Account)
{
    /// <summary>The layer above the bridge in which the leg is drawn.</summary>
    public Plane Plane => Flow.Protocol == Protocol.Arp ? Plane.Arp : Flow.Ip == IpVersion.V6 ? Plane.IPv6 : Plane.IPv4;

    public string Title => $"{Leg} of {Flow}";

    /// <summary>The first hop, from 0, at which the trails part; the length if only the ends do; else -1.</summary>
    public int Parts => Other is null ? -1 : Divergence.Between(Other, Trail)?.Index ?? -1;
}

/// <summary>What is drawn above the bridge.</summary>
public enum Plane
{
    /// <summary>The hooks of iptables.</summary>
    IPv4,

    /// <summary>The hooks of ip6tables.</summary>
    IPv6,

    /// <summary>The hooks of arptables.</summary>
    Arp,
}
