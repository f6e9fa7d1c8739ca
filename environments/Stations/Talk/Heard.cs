using System.Net;

namespace Hooktrail.Stations.Talk;

/// <summary>What a listener got: a datagram, or all of a connection.</summary>
/// <remarks>Source and port are as after NAT. The number counts a sender's packets, modulo 256.</remarks>
public sealed record Heard(string Listener, IPAddress Source, int Port, int Bytes, int Number);
