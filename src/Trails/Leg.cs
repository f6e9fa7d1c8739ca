namespace Hooktrail.Trails;

public enum Direction
{
    /// <summary>From the endpoint that spoke first.</summary>
    Request,

    Reply,

    /// <summary>From the host in between, back to the sender of a request: an ICMP error or a TCP reset.</summary>
    Error,
}

/// <summary>A packet of a flow, counted from 1 in each direction; an error has its request's number.</summary>
/// <remarks>
/// A TCP connection has these legs: request 1 is the SYN, reply 1 the SYN-ACK, request 2 the ACK that opens
/// it, request 3 the data, request 4 and reply 2 the FINs. Other bare acknowledgements depend on the
/// kernel's timers and are no legs.
/// </remarks>
public sealed record Leg(Direction Direction, int Packet)
{
    public static readonly Leg Request = new(Direction.Request, 1);

    public static readonly Leg Reply = new(Direction.Reply, 1);

    public static readonly Leg Error = new(Direction.Error, 1);

    /// <summary>The legs of a TCP connection, in the order in which they are sent.</summary>
    public static readonly ImmutableArray<(string Name, Leg Leg)> OfTcp =
    [
        ("SYN", Request),
        ("SYN-ACK", Reply),
        ("ACK", new(Direction.Request, 2)),
        ("data", new(Direction.Request, 3)),
        ("FIN", new(Direction.Request, 4)),
        ("FIN of the reply", new(Direction.Reply, 2)),
    ];

    /// <summary>The legs of a flow with this many packets, in the order of sending if no packet is lost.</summary>
    public static ImmutableArray<Leg> Of(Protocol protocol, int packets) => protocol == Protocol.Tcp
        ? [.. OfTcp.Select(one => one.Leg)]
        :
        [
            .. Enumerable.Range(1, packets).SelectMany(
                packet => (Leg[])[new(Direction.Request, packet), new(Direction.Reply, packet)]),
        ];

    public override string ToString() => Packet == 1 ? Direction.Name() : $"{Direction.Name()} {Packet}";
}

public static class Directions
{
    private static readonly string[] Names = ["request", "reply", "error"];

    public static string Name(this Direction direction) => Names[(int)direction];

    /// <exception cref="HooktrailException">There is no such direction.</exception>
    public static Direction Parse(string name) =>
        Array.IndexOf(Names, name) is var index and >= 0
            ? (Direction)index
            : throw new HooktrailException($"Unknown leg \"{name}\"; a leg is a request, a reply or an error.");
}
