using System.Net;

namespace Hooktrail.Hosts.Anonymous;

/// <summary>What stands for the addresses and names that a snapshot has.</summary>
internal abstract class Replacements
{
    public abstract IPAddress Address(IPAddress address);

    /// <summary>An address with the length of its network's prefix.</summary>
    public abstract (IPAddress Address, int Length) Network(IPAddress address, int length);

    public abstract (IPAddress First, IPAddress Last) Range(IPAddress first, IPAddress last);

    /// <param name="mac">With all digits, in lower case.</param>
    public abstract string Mac(string mac);

    public abstract string Name(NameKind kind, string name);
}

internal enum NameKind
{
    Container,
    Project,
    Service,
    Network,
}
