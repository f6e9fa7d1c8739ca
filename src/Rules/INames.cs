using System.Net;

namespace Hooktrail.Rules;

/// <summary>The lab's names for what a host prints, so that rules hold for any run.</summary>
public interface INames
{
    /// <summary>The device's own name where the lab does not know it.</summary>
    string Device(string printed);

    /// <summary>All of the lab that match a pattern (<c>br-+</c>); none where the lab cannot say.</summary>
    ImmutableArray<string> Devices(Func<string, bool> condition) => [];

    /// <summary>Null where the lab does not know it.</summary>
    string? Address(IPAddress printed);

    /// <summary>Of either version of IP.</summary>
    ImmutableArray<string> Addresses(Func<IPAddress, bool> condition);

    /// <summary>The lab's number for a host's port. Different ports get different numbers.</summary>
    int Port(int printed);

    /// <summary>A container's or a bridge's name, <c>broadcast</c>; null where the lab knows none.</summary>
    string? MacOwner(string printed);
}
