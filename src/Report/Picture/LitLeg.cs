using Hooktrail.Trails;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Report.Picture;

/// <summary>What a picture shows of one leg.</summary>
/// <param name="Flow">Its flow.</param>
/// <param name="Leg">Which leg.</param>
/// <param name="Trail">The trail that is lit: the observed one, or the predicted one where nothing was observed.</param>
/// <param name="Other">The prediction, where the lit trail is not it and parts from it; null otherwise.</param>
/// <param name="Account">Why the trail is as it is; null where the model does not say.</param>
public sealed record LitLeg(Flow Flow, Leg Leg, Trail Trail, Trail? Other, Account? Account)
{
    /// <summary>The layer above the bridge that the leg is drawn in.</summary>
    public Plane Plane => Flow.Protocol == Protocol.Arp ? Plane.Arp : Flow.Ip == IpVersion.V6 ? Plane.IPv6 : Plane.IPv4;

    /// <summary>What the picture is of, in a line.</summary>
    public string Title => $"{Leg} of {Flow}";

    /// <summary>The first hop, from 0, at which the two trails part; the number of hops of the lit one where only their ends do; -1 where they do not.</summary>
    public int Parts => Other is null ? -1 : Divergence.Between(Other, Trail)?.Index ?? -1;
}

/// <summary>What is drawn above the bridge.</summary>
public enum Plane
{
    /// <summary>IPv4: the hooks of iptables.</summary>
    IPv4,

    /// <summary>IPv6: the hooks of ip6tables.</summary>
    IPv6,

    /// <summary>ARP: the hooks of arptables.</summary>
    Arp,
}
