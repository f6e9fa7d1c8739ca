namespace Hooktrail.Trails;

/// <summary>
/// The sender, the receiver and the protocol. The address may belong to another endpoint than <paramref name="To"/>: a
/// published port is addressed to the host.
/// </summary>
public sealed record Flow(Endpoint From, Endpoint To, Protocol Protocol)
{
    /// <summary>The port that containers listen on.</summary>
    public const int ServicePort = 80;

    /// <summary>The UDP port of broadcasts: every endpoint listens there, and none answers.</summary>
    public const int MutePort = 67;

    /// <summary>Linux's default.</summary>
    public const int DefaultTtl = 64;

    public IpVersion Ip { get; init; } = IpVersion.V4;

    /// <summary>
    /// The destination address that the sender uses, by its lab name, such as <c>host.wan</c> or <c>away.gateway</c>;
    /// null for the one by which the sender knows <see cref="To"/>.
    /// </summary>
    public string? Via { get; init; }

    /// <summary>
    /// The source address that the sender writes, by its lab name; null for its own. Such a flow is a single IPv4
    /// datagram to <see cref="MutePort"/>, because an answer would not reach the sender.
    /// </summary>
    public string? As { get; init; }

    /// <summary>
    /// The device of the host by which a packet from outside comes in; null for that of the route to its sender.
    /// </summary>
    public string? By { get; init; }

    /// <summary>The destination port of TCP and UDP; other protocols ignore it.</summary>
    public int Port { get; init; } = ServicePort;

    public int Ttl { get; init; } = DefaultTtl;

    /// <summary>
    /// The number of IP fragments of the request, and of the answer, on the sender's link; 1 if they fit.
    /// </summary>
    public int Fragments { get; init; } = 1;

    public Encapsulation Encapsulation { get; init; }

    /// <summary>
    /// Whether the request belongs to a connection that exists: its first packet was let through when it came, whatever
    /// the rules say of one now. Of TCP it is data.
    /// </summary>
    public bool IsEstablished { get; init; }

    /// <summary>Whether the packets are a whole connection of TCP, from its SYN to its last FIN.</summary>
    public bool IsWholeConnection => Protocol == Protocol.Tcp && !IsEstablished;

    public bool HasPorts => Protocol is Protocol.Tcp or Protocol.Udp;

    public bool IsBroadcast => To.Kind == EndpointKind.Everyone;

    public override string ToString()
    {
        var how = $"{Protocol.Name()}{(HasPorts ? $" {Port}" : "")}{(Ip == IpVersion.V6 ? " over ipv6" : "")}";
        if (Ttl != DefaultTtl)
            how += $", ttl {Ttl}";
        if (Fragments != 1)
            how += $", {Fragments} fragments";
        if (Encapsulation != Encapsulation.None)
            how += $", in {Encapsulation.Name()}";
        if (IsEstablished)
            how += ", established";
        return $"{From}{(As is null ? "" : $" as {As}")} → {To}{(Via is null ? "" : $" at {Via}")} ({how})";
    }
}
