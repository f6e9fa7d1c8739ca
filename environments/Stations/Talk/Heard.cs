using System.Net;

namespace Hooktrail.Stations.Talk;

/// <summary>What a listener got: a datagram, or all of a connection.</summary>
/// <param name="Listener">The listener's id.</param>
/// <param name="Source">Who sent it, as the station sees it: NAT on the way shows.</param>
/// <param name="Port">The sender's port, likewise.</param>
/// <param name="Bytes">How much was sent.</param>
/// <param name="Number">The how-manieth packet of its sender it is, modulo 256; of a connection 1.</param>
public sealed record Heard(string Listener, IPAddress Source, int Port, int Bytes, int Number);
