namespace Hooktrail.Labs;

/// <summary>What a host is read from, each a section of the output of <see cref="HostScript"/>.</summary>
[Flags]
public enum HostParts
{
    None = 0,

    /// <summary>The kernel's release, sysctls, bridges and their ports.</summary>
    Settings = 1,

    /// <summary>The kernel's list of its hooks.</summary>
    Hooks = 1 << 1,

    Iptables = 1 << 2,
    Ip6tables = 1 << 3,
    Arptables = 1 << 4,
    Ebtables = 1 << 5,

    /// <summary>The tables of nf_tables as JSON, those of the tools among them.</summary>
    Json = 1 << 6,

    /// <summary>The tables of nf_tables as text, where other sections do not say enough.</summary>
    Text = 1 << 7,

    /// <summary>Legacy tables of iptables beside those of nf_tables.</summary>
    LegacyBeside = 1 << 8,

    /// <summary>Legacy tables of ip6tables beside those of nf_tables.</summary>
    Legacy6Beside = 1 << 9,

    /// <summary>Sets of ipset, where a rule may name one.</summary>
    Sets = 1 << 10,

    Nftables = Hooks | Json | Text,
    All = (1 << 11) - 1,
}
