namespace Hooktrail.Rules.Reading;

/// <summary>The statement that answers with an error.</summary>
internal sealed partial class NftRule
{
    private void Reject()
    {
        if (!Take("with"))
        {
            RejectAny("port-unreachable");
            return;
        }

        var how = Next();
        if (how == "tcp" && Take("reset"))
        {
            if (!_case.Matches.Contains(new ProtocolMatch("tcp", false)))
                Add(new("meta l4proto tcp", [new ProtocolMatch("tcp", false)]));
            Do("reject with tcp reset", new RejectTarget("tcp-reset"));
            return;
        }

        Take("type");
        var code = Next();
        if (how == "icmpx")
            RejectAny(code);
        else if (how is "icmp" or "icmpv6")
            RejectOf(how == "icmp" ? IpVersion.V4 : IpVersion.V6, code);
        else
            Do(Rest("reject"), new UnknownTarget("reject"));
    }

    private void RejectAny(string code) =>
        ForEach(table.Version is { } only ? [only] : (IpVersion[])[IpVersion.V4, IpVersion.V6], version =>
            RejectOf(version, (version, code) switch
            {
                (IpVersion.V4, "no-route") => "net-unreachable",
                (IpVersion.V6, "host-unreachable") => "addr-unreachable",
                _ => code,
            }));

    private void RejectOf(IpVersion version, string code)
    {
        if (table.Version is null)
            Require(version);
        // iptables has a different word for one of them.
        var name = version == IpVersion.V4
            ? $"icmp-{code}"
            : $"icmp6-{(code == "admin-prohibited" ? "adm-prohibited" : code)}";
        Do($"reject with {(version == IpVersion.V4 ? "icmp" : "icmpv6")} {code}", new RejectTarget(name));
    }

    private void Require(IpVersion version)
    {
        if (!_case.Matches.Contains(FamilyMatch(version)))
            Add(OfFamily(version));
    }

    private static NftCase OfFamily(IpVersion version) => new($"meta nfproto {version.Name()}", [FamilyMatch(version)]);

    private static FrameProtocolMatch FamilyMatch(IpVersion version) => new(version.Name(), false);
}
