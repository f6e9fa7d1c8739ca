using System.Net;

namespace Hooktrail.Stations.Talk;

/// <summary>What a listener received: a datagram, or a whole connection.</summary>
/// <remarks>Source and port are those after NAT. The number counts a sender's packets, modulo 256.</remarks>
public sealed record Heard(string Listener, IPAddress Source, int Port, int Bytes, int Number);
