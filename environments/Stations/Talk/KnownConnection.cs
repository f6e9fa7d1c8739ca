namespace Hooktrail.Stations.Talk;

/// <summary>An entry that conntrack gets: a connection that was answered, and what NAT makes of its addresses.</summary>
/// <param name="Protocol">TCP, UDP or ICMP.</param>
/// <param name="Ip">The version of IP.</param>
/// <param name="Source">The sender's address and port; of echoes, their identifier.</param>
/// <param name="Destination">What it asks.</param>
/// <param name="SeenSource">The sender's address as the receiver knows it.</param>
/// <param name="SeenDestination">The receiver's own address and port.</param>
/// <param name="Mark">The connection's mark.</param>
/// <param name="NamespaceOf">A process in the network namespace whose conntrack gets the entry.</param>
public sealed record KnownConnection(
    Protocol Protocol, IpVersion Ip, (string Address, int Port) Source, (string Address, int Port) Destination,
    string SeenSource, (string Address, int Port) SeenDestination, uint Mark, int NamespaceOf)
{
    internal string Command(string id) =>
        $"{Talking.At(NamespaceOf)}know {id} {Protocol.Name()} {Talking.Digit(Ip)} {Source.Address} {Source.Port} {Destination.Address} {Destination.Port} {SeenSource} {SeenDestination.Address} {SeenDestination.Port} {Mark}";
}
