namespace Hooktrail.Observation;

/// <summary>The flags of a TCP segment, as their bits stand in its header.</summary>
[Flags]
public enum TcpFlags
{
    /// <summary>None at all.</summary>
    None = 0,

    /// <summary>The sender has no more to say.</summary>
    Fin = 0x01,

    /// <summary>The first segment of a direction.</summary>
    Syn = 0x02,

    /// <summary>There is no such connection.</summary>
    Rst = 0x04,

    /// <summary>All of a write is in it; the last segment of each has it.</summary>
    Psh = 0x08,

    /// <summary>The acknowledgement number counts.</summary>
    Ack = 0x10,

    /// <summary>Urgent data.</summary>
    Urg = 0x20,

    /// <summary>Congestion was seen.</summary>
    Ece = 0x40,

    /// <summary>The sender slowed down.</summary>
    Cwr = 0x80,
}
