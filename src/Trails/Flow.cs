namespace Hooktrail.Trails;

/// <summary>Who talks to whom, by which protocol; the first packet goes from <paramref name="From"/> to <paramref name="To"/>.</summary>
/// <param name="From">Who speaks first.</param>
/// <param name="To">Whom it addresses. Who gets the packet may be somebody else: a published port is addressed to the host.</param>
/// <param name="Protocol">What they speak.</param>
public sealed record Flow(Endpoint From, Endpoint To, Protocol Protocol)
{
    /// <summary>The port that containers listen on.</summary>
    public const int ServicePort = 80;

    /// <summary>The port of UDP at which everybody listens and nobody answers: that of broadcasts.</summary>
    public const int MutePort = 67;

    /// <summary>The TTL that a sender writes unless told otherwise; Linux's own default.</summary>
    public const int DefaultTtl = 64;

    /// <summary>IPv4 or IPv6.</summary>
    public IpVersion Ip { get; init; } = IpVersion.V4;

    /// <summary>
    /// The address that the sender writes, by its name in the lab, such as <c>host.wan</c> or <c>away.gateway</c>; null for the one by
    /// which the sender knows <see cref="To"/>.
    /// </summary>
    public string? Via { get; init; }

    /// <summary>
    /// The address that the sender writes as its own, by its name in the lab; null for the one that is. Such a packet is a single datagram of
    /// IPv4 to <see cref="MutePort"/>, for an answer would not come to who sent it.
    /// </summary>
    public string? As { get; init; }

    /// <summary>The destination port of TCP and UDP; protocols without ports pay no heed to it.</summary>
    public int Port { get; init; } = ServicePort;

    /// <summary>The TTL or hop limit that the sender writes.</summary>
    public int Ttl { get; init; } = DefaultTtl;

    /// <summary>
    /// Into how many IP fragments a request and its answer have to be cut on the sender's link; 1 for packets that fit.
    /// </summary>
    public int Fragments { get; init; } = 1;

    /// <summary>What the IP packet is wrapped in on the bridge; nothing, mostly.</summary>
    public Encapsulation Encapsulation { get; init; }

    /// <summary>Whether the protocol has ports.</summary>
    public bool HasPorts => Protocol is Protocol.Tcp or Protocol.Udp;

    /// <summary>Whether everyone on the sender's network is addressed.</summary>
    public bool IsBroadcast => To.Kind == EndpointKind.Everyone;

    /// <inheritdoc/>
    public override string ToString()
    {
        var how = $"{Protocol.Name()}{(HasPorts ? $" {Port}" : "")}{(Ip == IpVersion.V6 ? " over ipv6" : "")}";
        if (Ttl != DefaultTtl)
            how += $", ttl {Ttl}";
        if (Fragments != 1)
            how += $", {Fragments} fragments";
        if (Encapsulation != Encapsulation.None)
            how += $", in {Encapsulation.Name()}";
        return $"{From}{(As is null ? "" : $" as {As}")} → {To}{(Via is null ? "" : $" at {Via}")} ({how})";
    }
}
