namespace Hooktrail.Trails.Rules;

/// <summary>What the lab's names stand for on a host: the other way round of <see cref="INames"/>.</summary>
public interface IHostNames
{
    /// <summary>The device of that name.</summary>
    string Device(string name);

    /// <summary>The address of that name; for the name of a network its subnet, with a slash and its length.</summary>
    string Address(string name, IpVersion version);

    /// <summary>The number that a published port has there.</summary>
    int Port(int port);

    /// <summary>All loopback addresses, as Docker's rules write them.</summary>
    string Loopback(IpVersion version) => version == IpVersion.V4 ? "127.0.0.0/8" : "::1";
}

/// <summary>No host at all: every name stands for itself, as rules in <c>trails.json</c> have them.</summary>
public sealed class NoHost : IHostNames
{
    /// <summary>There is but one.</summary>
    public static readonly NoHost Instance = new();

    private NoHost()
    {
    }

    /// <inheritdoc/>
    public string Device(string name) => name;

    /// <inheritdoc/>
    public string Address(string name, IpVersion version) => name;

    /// <inheritdoc/>
    public int Port(int port) => port;

    /// <inheritdoc/>
    public string Loopback(IpVersion version) => LabNames.HostOnLoopback;
}
