namespace Hooktrail.Trails;

/// <summary>The way a packet goes within its connection.</summary>
public enum Direction
{
    /// <summary>From the endpoint that spoke first.</summary>
    Request,

    /// <summary>Back to it.</summary>
    Reply,
}

/// <summary>One packet's journey within a flow.</summary>
/// <param name="Direction">Request or reply.</param>
/// <param name="Packet">The how-manieth packet in that direction, from 1.</param>
public sealed record Leg(Direction Direction, int Packet)
{
    /// <summary>The first packet of a connection.</summary>
    public static readonly Leg Request = new(Direction.Request, 1);

    /// <summary>The first answer.</summary>
    public static readonly Leg Reply = new(Direction.Reply, 1);

    /// <inheritdoc/>
    public override string ToString() => Packet == 1 ? Direction.Name() : $"{Direction.Name()} {Packet}";
}

/// <summary>The names of the directions.</summary>
public static class Directions
{
    /// <summary>The direction's name in features, on the command line and in JSON.</summary>
    public static string Name(this Direction direction) => direction == Direction.Request ? "request" : "reply";

    /// <summary>Finds the direction that a user named.</summary>
    /// <exception cref="HooktrailException">There is no such direction.</exception>
    public static Direction Parse(string name) => name switch
    {
        "request" => Direction.Request,
        "reply" => Direction.Reply,
        _ => throw new HooktrailException($"Unknown leg \"{name}\"; a leg is a request or a reply."),
    };
}
