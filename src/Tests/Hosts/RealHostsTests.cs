using System.Text.Json;
using Hooktrail.Hosts;
using Hooktrail.Hosts.Anonymous;
using Hooktrail.Hosts.Overview;

namespace Hooktrail.Tests.Hosts;

/// <summary>Rule sets of real hosts, loaded into a private namespace, of which the script takes a snapshot.</summary>
public class RealHostsTests
{
    private static readonly string[] Saved =
    [
        "docker-20.10-host.v4", "docker-swarm.v4", "fail2ban-iptables.v4", "kube-proxy-iptables.v4", "libvirt.v4",
        "podman-netavark14.v4", "tailscale.v4", "ufw-docker.v4", "ufw.v4", "ufw.v6",
    ];

    // iptables-legacy does not say which rule of a table the kernel refused.
    private static readonly string[] SavedByLegacy =
        [.. Saved.Where(file => !file.StartsWith("kube-proxy", StringComparison.Ordinal))];

    private static readonly string[] WithSets = ["fail2ban-ipset.v4", "firewalld-iptables.v4"];

    private static readonly string[] Listed = ["crowdsec.nft", "firewalld.nft", "kube-proxy.nft"];

    // A kernel may lack extensions, whose rules are left out.
    private const string Loading = """
        while ! $restore rules 2>error; do
            line=$(sed -n 's/.*line:\{0,1\} \([0-9][0-9]*\).*/\1/p' error | head -n 1)
            sed -n "${line}p" rules | grep -q '^-A' || { cat error >&2; exit 1; }
            sed -i "${line}d" rules
        done
        """;

    [Test]
    public void No_rule_of_iptables_is_lost([ValueSource(nameof(Saved))] string file) => Load(file, Backend.Nft);

    [Test]
    public void Nor_of_its_legacy_backend([ValueSource(nameof(SavedByLegacy))] string file) =>
        Load(file, Backend.Legacy);

    private static void Load(string file, Backend backend)
    {
        var tool = file.EndsWith(".v6", StringComparison.Ordinal) ? "ip6tables" : "iptables";
        AssertNoneIsLost(
            Taken.In(
                $"restore={tool}-{backend.Name()}-restore; command -v $restore >/dev/null || exit 77\n{Loading}",
                ("rules", Taken.RuleSet(file))),
            tool, backend);
    }

    [Test]
    public void Nor_of_those_that_name_sets([ValueSource(nameof(WithSets))] string file) => AssertNoneIsLost(
        Taken.Of(("iptables-nft", Taken.RuleSet(file)), ("ipset", Taken.RuleSet(file.Split('.', '-')[0] + ".ipset"))),
        "iptables", Backend.Nft);

    [Test]
    public void No_rule_of_nft_is_lost([ValueSource(nameof(Listed))] string file)
    {
        var snapshot = Taken.In("nft -f rules", ("rules", Taken.RuleSet(file)));
        using var listed = JsonDocument.Parse(snapshot.Find("nft-json")!.Text);
        var rules = listed.RootElement.GetProperty("nftables").EnumerateArray().Count(
            one => one.TryGetProperty("rule", out _));
        var read = HostRules.Of(snapshot);

        Assert.That(rules, Is.GreaterThan(1));
        // A verdict map is a rule for each of its elements, and a rejection one for each version of IP.
        Assert.That(read.Count, Is.GreaterThanOrEqualTo(rules));
        AssertTheSameWithoutNames(snapshot);
    }

    [Test]
    public void Chains_of_both_backends_stay_apart()
    {
        var rules = HostRules.Of(Taken.In("""
            command -v iptables-legacy >/dev/null || exit 77
            iptables-nft -A FORWARD -i eth0 -j ACCEPT
            iptables-legacy -P FORWARD DROP || exit 77
            iptables-legacy -A FORWARD -s 203.0.113.0/24 -j ACCEPT
            """));
        var legacy = rules.Find(new(Layer.Nftables, "ip iptables-legacy-filter", "FORWARD"))!;

        Assert.Multiple(() =>
        {
            Assert.That(
                rules.Find(new(Layer.Iptables, "filter", "FORWARD"))!.Rules.Single().Text,
                Is.EqualTo("-A FORWARD -i eth0 -j ACCEPT"));
            Assert.That(legacy.Policy, Is.EqualTo(Policy.Drop));
            Assert.That(legacy.Base, Is.EqualTo(new BaseChain(NftFamily.Ip, "filter", "forward", 0)));
            Assert.That(
                legacy.Rules.Single().Matches.Single(),
                Is.EqualTo(new AddressMatch(AddressRole.Source, ["203.0.113.0/24"], false)));
        });
    }

    private static void AssertNoneIsLost(Snapshot snapshot, string tool, Backend backend)
    {
        var saved = snapshot.Lines($"{tool}-{backend.Name()}").Count(
            line => line.StartsWith("-A ", StringComparison.Ordinal));
        var read = HostRules.Of(snapshot).Chains
            .Where(chain => chain.Id.Layer == Layers.Parse(tool))
            .Sum(chain => chain.Rules.Count(rule => !rule.Matches.Any(IsOneOfSeveral)));

        Assert.That(saved, Is.GreaterThan(0));
        Assert.That(read, Is.EqualTo(saved));
        AssertTheSameWithoutNames(snapshot);
    }

    // NAT to several addresses is a rule for each.
    private static bool IsOneOfSeveral(Match match) => match is UnknownMatch { Name: ['w', 'h', 'i', 'c', 'h', ..] };

    private static void AssertTheSameWithoutNames(Snapshot snapshot)
    {
        var anonymous = AnonymousSnapshot.Of(snapshot);

        Assert.That(Kinds(anonymous), Is.EqualTo(Kinds(snapshot)));
        Assert.That(Taken.Written(AnonymousSnapshot.Of(anonymous)), Is.EqualTo(Taken.Written(anonymous)));
    }

    private static string Kinds(Snapshot snapshot) => string.Join('\n', HostRules.Of(snapshot).Chains.SelectMany(
        chain => chain.Rules.Select(rule =>
            $"{chain.Id} {KnownRules.Of(rule)} {string.Join(' ', rule.Matches.Select(match => match.GetType().Name))} {rule.Target.GetType().Name}")));
}
