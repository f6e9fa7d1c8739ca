using System.Net;

namespace Hooktrail.Rules;

/// <summary>Maps what a host prints to the lab's names, so that rules hold for every run.</summary>
public interface INames
{
    /// <summary>
    /// Whether names are the addresses themselves, as on a user's host: then a match keeps networks and ranges as they
    /// are, since any address may come from outside.
    /// </summary>
    bool AreLiteral => false;

    /// <summary>The device's own name if the lab does not know it.</summary>
    string Device(string printed);

    /// <summary>All devices of the lab that match a pattern (<c>br-+</c>); none if the lab cannot tell.</summary>
    ImmutableArray<string> Devices(Func<string, bool> condition) => [];

    /// <summary>Null if the lab does not know it.</summary>
    string? Address(IPAddress printed);

    /// <summary>The addresses of both IP versions that meet a condition.</summary>
    ImmutableArray<string> Addresses(Func<IPAddress, bool> condition);

    /// <summary>The lab's number for a host's port. Different ports get different numbers.</summary>
    int Port(int printed);

    /// <summary>The name of a container or a bridge, or <c>broadcast</c>; null if the lab knows none.</summary>
    string? MacOwner(string printed);
}
