namespace Hooktrail.Trails;

/// <summary>Flags of a TCP header, with the header's values.</summary>
[Flags]
public enum TcpFlags : byte
{
    None = 0,

    Fin = 1,

    Syn = 2,

    Rst = 4,

    Psh = 8,

    Ack = 16,

    Urg = 32,

    Ece = 64,

    Cwr = 128,
}
