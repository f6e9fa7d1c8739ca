namespace Hooktrail.Rules;

/// <summary>Maps the lab's names to a host's: the reverse of <see cref="INames"/>.</summary>
public interface IHostNames
{
    string Device(string name);

    /// <summary>The address; for a network's name its subnet, as <c>172.18.0.0/16</c>.</summary>
    string Address(string name, IpVersion version);

    /// <summary>The host's number for a published port.</summary>
    int Port(int port);

    /// <summary>All loopback addresses, as the tools list Docker's rules.</summary>
    string Loopback(IpVersion version) => version == IpVersion.V4 ? "127.0.0.0/8" : "::1/128";
}

/// <summary>Maps every name to itself, as in the rules of <c>trails.json</c>.</summary>
public sealed class NoHost : IHostNames
{
    public static readonly NoHost Instance = new();

    private NoHost()
    {
    }

    public string Device(string name) => name;

    public string Address(string name, IpVersion version) => name;

    public int Port(int port) => port;

    public string Loopback(IpVersion version) => LabNames.HostOnLoopback;
}
