using Hooktrail.Observation;

namespace Hooktrail.Tests.Observation;

/// <summary>The real tools accept the rules, and the script removes them; any user may make the namespace.</summary>
public class RealToolsTests
{
    private static readonly RunId Other = RunId.Parse("other");

    // A user's own rules: some look a little like ours; a policy, an empty chain, a table of ours that they begin to
    // use.
    private const string Foreign =
        """
        iptables-nft -A FORWARD -p tcp -m comment --comment 'it"s --log-prefix "htx7k2q i.raw' -j LOG --log-prefix 'foreign "x '
        iptables-nft -A FORWARD -j LOG --log-prefix 'htx7k2q other '
        iptables-nft -N EMPTY
        ebtables-nft -A FORWARD -p IPv4 --log-prefix alien --log-ip -j CONTINUE
        ebtables-nft -A FORWARD -p ARP -j ACCEPT
        """;

    private const string Listed =
        "table ip filter {\n\tchain FORWARD {\n\t}\n}\ntable bridge filter {\n\tchain FORWARD {\n\t}\n}\n";

    [Test]
    public void Taps_go_in_and_out_and_nothing_else_changes()
    {
        var output = InNamespace(
            $"""
            {Foreign}
            nft list ruleset > before
            nft -f marks && iptables-nft-restore --noflush < iptables && ebtables-nft-restore --noflush < ebtables || exit
            sed s/htx7k2q/htother/ iptables | iptables-nft-restore --noflush || exit
            iptables-nft-save | grep -c 'prefix "htx7k2q i'
            ebtables-nft-save | grep -c 'prefix "htx7k2q e'
            iptables-nft -S FORWARD | sed -n '2p;$p'
            sh remove --list
            sh remove htx7k2q || exit
            sh remove --list
            sh remove htother || exit
            nft list ruleset > after
            diff before after && echo same
            """);

        Assert.That(output, Is.EqualTo(
            $"""
            {17 * 2 * 2}
            {6 * 2 * 3}
            -A FORWARD -d 203.0.113.0/24 -p tcp -m tos --tos 0x00/0xff -m tcp --tcp-flags RST RST -j LOG --log-prefix "htother i.filter.FORWARD " --log-level 7 --log-tcp-sequence
            -A FORWARD -j LOG --log-prefix "htx7k2q other "
            htother
            htx7k2q
            htother
            same

            """));
    }

    [Test]
    public void A_chain_or_table_that_another_program_began_to_use_stays()
    {
        var output = InNamespace(
            $"""
            {Foreign}
            nft -f marks && iptables-nft-restore --noflush < iptables || exit
            iptables-nft -t raw -A OUTPUT -p tcp -j ACCEPT
            iptables-nft -t mangle -P INPUT DROP
            sh remove htx7k2q || exit
            nft list chains | grep -v '^#'
            iptables-nft -t raw -S OUTPUT
            """);

        Assert.That(output, Does.Contain("policy drop").And.EndsWith("-A OUTPUT -p tcp -j ACCEPT\n"));
        Assert.That(output, Does.Not.Contain("hooktrail").And.Not.Contain("POSTROUTING").And.Not.Contain("security"));
    }

    [Test]
    public void Without_the_tools_there_is_nothing_to_remove() =>
        Assert.That(InNamespace("PATH=; /bin/sh remove htx7k2q; echo $?"), Is.EqualTo("0\n"));

    [Test]
    public void What_is_no_mark_is_refused() =>
        Assert.That(InNamespace("sh remove x7k2q 2>&1; echo $?"), Does.StartWith("usage: ").And.EndsWith("2\n"));

    private static string InNamespace(string script)
    {
        var rules = new TapRules(
            Captured.Run,
            new("198.51.100.0/24", "203.0.113.0/24"),
            [.. HookPoints.Iptables, .. HookPoints.Ebtables.Where(point => point.Table != "broute")]);
        // Scripts look at what fails, and say it.
        return PrivateNamespace.Run(
            $"""
            for tool in nft iptables-nft ebtables-nft; do command -v $tool >/dev/null || exit 77; done
            set +e
            {script}
            """,
            ("iptables", rules.Iptables()),
            ("ebtables", rules.Ebtables()),
            ("marks", rules.Marks(Listed)),
            ("remove", TapRemoval.Script));
    }
}
