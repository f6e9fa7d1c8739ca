using Hooktrail.Labs;

namespace Hooktrail.Tests.Rules;

/// <summary>With a program in the place of ebtables-legacy, so that any kernel will do.</summary>
public class EbtablesLegacyTests
{
    private const string Listed = """
        Bridge table: filter

        Bridge chain: INPUT, entries: 0, policy: ACCEPT

        Bridge chain: FORWARD, entries: 2, policy: DROP
        -p IPv4 --ip-dst 172.30.0.2 --ip-tos ! 0x00 --log-level debug --log-prefix "htx7k2q e.f.FORWARD" --log-ip -j CONTINUE 
        -p ARP -j mine 

        Bridge chain: OUTPUT, entries: 0, policy: ACCEPT

        Bridge chain: mine, entries: 1, policy: RETURN
        -i ! br-la0 -j DROP 
        """;

    [Test]
    public void A_listing_is_read_as_a_saved_table() => Assert.That(
        Saved(Listed),
        Is.EqualTo(
            """
            *filter
            :INPUT ACCEPT
            :FORWARD DROP
            :OUTPUT ACCEPT
            :mine RETURN
            -A FORWARD -p IPv4 --ip-dst 172.30.0.2 ! --ip-tos 0x00 --log-level debug --log-prefix "htx7k2q e.f.FORWARD" --log-ip -j CONTINUE
            -A FORWARD -p ARP -j mine
            -A mine ! -i br-la0 -j DROP

            """));

    [Test]
    public void Counters_come_where_the_save_command_has_them() => Assert.That(
        Saved(
            "Bridge table: nat\n\nBridge chain: OUTPUT, entries: 1, policy: ACCEPT\n-p IPv4 -j CONTINUE , pcnt = 4 -- bcnt = 336\n"),
        Does.EndWith("\n-A OUTPUT -p IPv4 -j CONTINUE -c 4 336\n"));

    [Test]
    public void What_went_wrong_is_passed_on() => Assert.That(
        Saved("hooktrail: cannot: ebtables-legacy said «Operation not permitted»\n"),
        Is.EqualTo("hooktrail: cannot: ebtables-legacy said «Operation not permitted»\n"));

    [Test]
    public void Rules_are_inserted_one_by_one_and_the_first_that_is_refused_ends_it()
    {
        var output = PrivateNamespace.Run(
            """
            mkdir programs
            cat >programs/ebtables-legacy <<'.'
            #!/bin/sh
            printf '<%s>' "$@"; echo
            [ "$2" != filter ]
            .
            chmod +x programs/ebtables-legacy
            PATH=$PWD/programs:$PATH
            bash script || echo $?
            """,
            ("script", EbtablesLegacy.Insert("*nat\n-I OUTPUT 1 -p IPv4 --log-prefix \"htx7k2q e.n.OUTPUT\" -j CONTINUE\n*filter\n-I INPUT 1 -j CONTINUE\n-I OUTPUT 1 -j CONTINUE\n")));
        Assert.That(output, Is.EqualTo(
            """
            <-t><nat><-I><OUTPUT><1><-p><IPv4><--log-prefix><htx7k2q e.n.OUTPUT><-j><CONTINUE>
            <-t><filter><-I><INPUT><1><-j><CONTINUE>
            1

            """));
    }

    [Test]
    public void A_host_s_legacy_rules_are_read_though_the_save_command_would_read_another_tool()
    {
        var output = PrivateNamespace.Run(
            """
            for program in iptables-nft-save arptables-nft-save nft bridge awk; do command -v $program >/dev/null || exit 77; done
            mkdir programs
            cat >programs/ebtables-legacy <<'.'
            #!/bin/sh
            [ "$1 $3" = "-t -L" ] || exit 1
            case $2 in filter) cat listed ;; *) echo "Bridge table: $2" ;; esac
            .
            chmod +x programs/ebtables-legacy
            PATH=$PWD/programs:$PATH
            bash script
            """,
            ("script", HostScript.Of(Backend.Nft, TestHost.Instance, ["lab"], ebtables: Backend.Legacy)),
            ("listed", Listed));
        var profile = HostReading.Parse(output.Split('\n'), TestHost.Instance, Backend.Nft, Backend.Legacy);
        Assert.That(profile.Ebtables, Is.EqualTo(Backend.Legacy));
        Assert.That(
            profile.Rules.Find(new(Layer.Ebtables, "filter", "FORWARD"))!.Rules,
            Has.Length.EqualTo(1),
            "what only logs decides nothing");
        Assert.That(profile.Rules.Find(new(Layer.Ebtables, "filter", "mine"))!.Rules, Has.Length.EqualTo(1));
    }

    private static string Saved(string listed) => PrivateNamespace.Run(
        $"command -v awk >/dev/null || exit 77\n{EbtablesLegacy.Saved}\nsaved_legacy <listed", ("listed", listed));
}
