using Hooktrail.Hosts;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Tests.Hosts;

/// <summary>The script that takes a snapshot: it reads only, with whatever tools and rights there are.</summary>
public class ScriptTests
{
    private const string ToolFolders = "PATH=$PATH:/usr/sbin:/sbin";

    // What a host has, without asking any tool that the script asks, but for nft, which may list but not make.
    private const string State = """
        state() {
            ip -d link; ip addr; ip route show table all; ip rule; ip neigh
            cat /proc/modules 2>/dev/null | cut -d ' ' -f 1
            for one in ip ip6 arp; do echo "$one: $(cat /proc/net/${one}_tables_names 2>/dev/null)"; done
            find . -type f | sort
            ! command -v nft >/dev/null || nft list ruleset
        }
        """;

    private static readonly string[] Hosts =
    [
        ":",
        "iptables-nft -A INPUT -p tcp --dport 22 -j ACCEPT; ip6tables-nft -t nat -A POSTROUTING -j MASQUERADE; ebtables-nft -A FORWARD -j DROP",
        "iptables-legacy -t mangle -A FORWARD -m comment --comment 'it is \"quoted\" \\\\ so' -j DROP || exit 77",
        "nft add table inet mine; nft add chain inet mine c '{ type filter hook input priority 5; policy drop; }'; nft add rule inet mine c counter",
        "ip link add br0 type bridge; ip link add va type veth peer name vb; ip link set va master br0 up",
    ];

    private static readonly string[] Tools =
    [
        "ip", "bridge", "tc", "nft", "iptables-nft-save", "ip6tables-nft-save", "arptables-nft-save",
        "ebtables-nft-save", "iptables-legacy-save", "ipset", "nsenter", "readlink", "awk", "timeout", "docker",
        "podman",
    ];

    [Test]
    public void It_changes_nothing([ValueSource(nameof(Hosts))] string setup)
    {
        var printed = PrivateNamespace.Run(
            $"{State}\n{setup}\nbefore=$(state); sh snapshot.sh namespace >/dev/null; after=$(state); echo \"$before\"; echo ====; echo \"$after\"",
            ("snapshot.sh", Snapshot.Script)).Split("====\n");

        Assert.That(printed[0].Trim(), Does.Contain("LOOPBACK"));
        Assert.That(printed[1], Is.EqualTo(printed[0]));
    }

    [Test]
    public void It_changes_nothing_and_is_whole_without_a_tool([ValueSource(nameof(Tools))] string missing)
    {
        var snapshot = Whole("dash", missing);
        var topology = TopologyReader.Of(snapshot);

        Assert.That(topology.Knows(Subject.Devices), Is.EqualTo(missing != "ip"));
        Assert.That(topology.Knows(Subject.Bridges), Is.EqualTo(missing != "bridge"));
        Assert.That(
            topology.NotKnown.Where(one => one.What == Subject.Rules).Select(one => one.Why),
            missing == "nft" ? Is.Not.Empty : Is.Empty);
        Assert.That(
            HostRules.Of(snapshot).Find(new(Layer.Iptables, "filter", "INPUT"))!.Rules.Single().Target,
            Is.InstanceOf<DropTarget>());
    }

    [TestCase("dash")]
    [TestCase("bash --posix")]
    [TestCase("busybox sh")]
    public void It_is_whole_in_every_shell(string shell) =>
        Assert.That(TopologyReader.Of(Whole(shell, "none")).NotKnown, Is.Empty);

    private static Snapshot Whole(string shell, string missing)
    {
        Assert.That(Snapshot.Script, Does.Contain(ToolFolders));
        var printed = PrivateNamespace.Run(
            $$"""
            program=$(command -v {{shell.Split(' ')[0]}}) || { echo none; exit; }
            {{State}}
            iptables-nft -A INPUT -j DROP; nft add table inet mine; ip link add br0 type bridge
            mkdir bin
            for folder in /bin /usr/bin /sbin /usr/sbin; do ln -sf $folder/* bin/; done
            rm -f bin/{{missing}}
            before=$(state); (PATH=$PWD/bin; $program {{string.Join(' ', shell.Split(' ').Skip(1))}} snapshot.sh namespace); after=$(state)
            [ "$before" = "$after" ]
            """,
            ("snapshot.sh", Snapshot.Script.Replace(ToolFolders, "PATH=$PATH", StringComparison.Ordinal)));
        if (printed.StartsWith("none", StringComparison.Ordinal))
            Assert.Ignore($"This machine has no {shell}. ./specs prepare installs what is missing where possible.");
        var snapshot = Taken.Read(printed);
        Assert.That(snapshot.Find("kernel")!.Lines, Is.Not.Empty);
        return snapshot;
    }

    [Test]
    public void Without_a_right_it_says_what_it_could_not_read()
    {
        var snapshot = Taken.Read(PrivateNamespace.Run(
            "nft add table inet mine; setpriv --bounding-set -all sh snapshot.sh namespace",
            ("snapshot.sh", Snapshot.Script)));
        var topology = TopologyReader.Of(snapshot);

        Assert.That(topology.Knows(Subject.Devices));
        Assert.That(topology.Knows(Subject.Rules), Is.False);
        Assert.That(
            topology.NotKnown.First(one => one.What == Subject.Rules).Why,
            Does.Match("\"(iptables-nft-save|nft -j list ruleset)\" failed with exit code \\d+: .*\\."));
        Assert.That(snapshot.Failures, Is.Not.Empty);
    }

    [Test]
    public void What_a_tool_prints_comes_through_as_it_is()
    {
        var snapshot = Taken.In("""
            iptables-nft -A INPUT -m comment --comment 'a "b" \c	d ü' -j DROP
            """);

        Assert.That(snapshot.Lines("iptables-nft"), Has.Some.Contains("""--comment "a \"b\" \\c	d ü" """.Trim()));
    }

    /// <summary>The script marks its own lines with a character that a tool may print too.</summary>
    [Test]
    public void What_a_tool_prints_is_never_taken_for_a_line_of_the_script()
    {
        var snapshot = Taken.In("""
            mkdir bin
            printf '#!/bin/sh\nprintf "\\001]}\\n\\001,{\\042name\\042:1\\n"\n' >bin/tc
            chmod +x bin/tc
            PATH=$PWD/bin:$PATH
            """);

        Assert.That(snapshot.Lines("tc"), Is.EqualTo((string[])["]}", ",{\"name\":1"]));
    }

    /// <summary>Programs that it starts take most of the time of a snapshot, and of a twin.</summary>
    [Test]
    public void It_starts_few_programs()
    {
        var started = PrivateNamespace.Run(
            """
            mkdir bin
            for folder in /bin /usr/bin /sbin /usr/sbin; do ln -sf $folder/* bin/; done
            for tool in cat grep sed sort tr uname ip bridge tc nft ipset iptables ip6tables arptables ebtables \
                iptables-nft-save ip6tables-nft-save arptables-nft-save ebtables-nft-save; do
                rm -f bin/$tool
                real=$(command -v $tool) || continue
                printf '#!/bin/sh\necho %s >>%s/started\nexec %s "$@"\n' $tool "$PWD" "$real" >bin/$tool
                chmod +x bin/$tool
            done
            (PATH=$PWD/bin; sh snapshot.sh namespace >/dev/null)
            sort started
            """,
            ("snapshot.sh", Snapshot.Script.Replace(ToolFolders, "PATH=$PATH", StringComparison.Ordinal)));

        Assert.That(started.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.InRange(15, 60), started);
    }

    [Test]
    public void It_asks_an_Engine_only_for_what_it_has()
    {
        var printed = PrivateNamespace.Run(
            """
            mkdir bin
            printf '#!/bin/sh\necho "$*" >>log\necho one\n' >bin/docker
            chmod +x bin/docker
            DOCKER_HOST=tcp://127.0.0.1:1 PATH=$PWD/bin:$PATH sh snapshot.sh engine >/dev/null
            cat log
            """,
            ("snapshot.sh", Snapshot.Script));
        var commands = printed.TrimEnd('\n').Split('\n');

        Assert.That(commands, Has.Length.GreaterThan(4));
        Assert.That(
            commands, Has.All.Match(@"\A-H tcp://127\.0\.0\.1:1 (version|ps -q|network ls -q|(container|network) inspect)( |\z)"));
        Assert.That(printed, Does.Not.Match("Env|Cmd|Args|Path|Entrypoint|Mounts|Binds|Volumes|json \\.Config|json \\.\\}"));
    }

    [Test]
    public void A_host_without_sed_gets_a_sentence()
    {
        var printed = PrivateNamespace.Run(
            "mkdir bin; for tool in cat grep sort tr uname sh; do ln -s $(command -v $tool) bin/; done; (PATH=$PWD/bin; sh snapshot.sh 2>&1) && exit 1; :",
            ("snapshot.sh", Snapshot.Script.Replace(ToolFolders, "PATH=$PATH", StringComparison.Ordinal)));

        Assert.That(printed, Is.EqualTo("The host has no program sed, without which no snapshot can be written.\n"));
    }
}
