using System.Collections.Immutable;
using System.Net;

namespace Hooktrail.Trails.Rules;

/// <summary>Who has which name in the lab: what turns rules as a host prints them into rules that hold for any run.</summary>
public interface INames
{
    /// <summary>A device's name in the lab; the device's own where the lab does not know it.</summary>
    string Device(string printed);

    /// <summary>
    /// The names of all devices of the lab whose own name satisfies a condition; none where the lab cannot say. Patterns
    /// (<c>br-+</c>) are resolved by it.
    /// </summary>
    ImmutableArray<string> Devices(Func<string, bool> condition) => [];

    /// <summary>An address's name in the lab; null where the lab does not know it.</summary>
    string? Address(IPAddress printed);

    /// <summary>The names of all addresses of the lab, of either version, that satisfy a condition.</summary>
    ImmutableArray<string> Addresses(Func<IPAddress, bool> condition);

    /// <summary>
    /// The lab's number for a port: a published port has another number on every host. Different ports have different numbers in the lab.
    /// </summary>
    int Port(int printed);

    /// <summary>Who answers to a MAC address: a container's or a bridge's name, <c>broadcast</c>; null where the lab does not know it.</summary>
    string? MacOwner(string printed);
}
