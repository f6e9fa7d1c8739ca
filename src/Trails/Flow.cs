namespace Hooktrail.Trails;

/// <summary>The protocols of which flows are made.</summary>
public enum Protocol
{
    /// <summary>ICMP echo: the request and its reply are a connection to conntrack.</summary>
    Icmp,
}

/// <summary>The names of the protocols.</summary>
public static class Protocols
{
    /// <summary>The protocol's name in features, on the command line and in JSON.</summary>
    public static string Name(this Protocol protocol) => protocol switch
    {
        Protocol.Icmp => "icmp",
        _ => throw new ArgumentOutOfRangeException(nameof(protocol)),
    };

    /// <summary>Finds the protocol that a user named.</summary>
    /// <exception cref="HooktrailException">There is no such protocol, or the lab has none of its traffic yet.</exception>
    public static Protocol Parse(string name) =>
        name == "icmp" ? Protocol.Icmp : throw new HooktrailException($"Unknown protocol \"{name}\"; the protocol is icmp.");
}

/// <summary>Who talks to whom, by which protocol; the first packet goes from <paramref name="From"/> to <paramref name="To"/>.</summary>
public sealed record Flow(Endpoint From, Endpoint To, Protocol Protocol)
{
    /// <inheritdoc/>
    public override string ToString() => $"{From} → {To} ({Protocol.Name()})";
}
