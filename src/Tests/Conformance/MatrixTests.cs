using Hooktrail.Conformance;
using Hooktrail.Labs;
using Hooktrail.Model;

namespace Hooktrail.Tests.Conformance;

/// <summary>The matrix without a kernel.</summary>
public class MatrixTests
{
    [Test]
    public void It_has_many_thousand_legs()
    {
        var legs = 0;
        foreach (var host in Matrix.All)
            foreach (var variation in host.Variations)
            {
                var profile = variation.Sketch(host.Sketch);
                legs += variation.Flows.Sum(flow => Prediction.Legs(profile, flow, variation.PacketsOf(flow)).Length);
            }

        TestContext.Out.WriteLine($"{legs} legs");
        Assert.That(legs, Is.GreaterThan(5000));
    }

    [Test]
    public void Every_release_is_there_with_and_without_its_proxy() => Assert.That(
        Matrix.All.Where(host => host.Setup.Docker is not null)
            .Select(host => (host.Setup.Docker!.Value, host.Setup.UserlandProxy))
            .Distinct()
            .Count(),
        Is.EqualTo(2 * Enum.GetValues<DockerRelease>().Length));

    [Test]
    public void Both_backends_every_switch_and_every_tool_are_there()
    {
        var changes = Matrix.All.SelectMany(host => host.Variations)
            .SelectMany(variation => variation.Changes)
            .ToList();

        Assert.That(Matrix.All.Select(host => host.Setup.Iptables).Distinct().Count(), Is.EqualTo(2));
        Assert.That(
            Matrix.All.SelectMany(host => host.Variations).Select(variation => variation.IsQuiet).Distinct().Count(),
            Is.EqualTo(2),
            "send_redirects");
        // Conntrack and the proxy are the host's from the start; the table broute is the tools'.
        Assert.That(
            Switch.All.Select(one => one.Name)
                .Except(changes.OfType<HostChange.Turn>().Select(turn => turn.Switch.Name))
                .Except(["send_redirects"]),
            Is.EquivalentTo(new[] { "conntrack", "conntrack6", "broute", "userland-proxy", "userland-proxy-pktinfo" }));
        Assert.That(
            changes.OfType<HostChange.Rule>().Select(rule => rule.Command.Split(' ')[0]).Distinct(),
            Is.EquivalentTo(new[] { "iptables", "ip6tables", "arptables", "ebtables" }));
        Assert.That(
            changes.OfType<HostChange.NftTable>().Select(table => table.Text.Split(' ')[1]).Distinct(),
            Is.SupersetOf(new[] { "ip", "ip6", "inet", "bridge", "arp", "netdev" }));
    }

    [Test]
    public void Every_host_and_everything_that_is_tried_on_it_has_its_own_title()
    {
        Assert.That(Matrix.All.Select(host => host.Title), Is.Unique);
        foreach (var host in Matrix.All)
            Assert.That(host.Variations.Select(variation => variation.Title), Is.Unique, host.Title);
    }

    [Test]
    public void Nothing_is_sent_twice()
    {
        foreach (var host in Matrix.All)
            foreach (var variation in host.Variations)
                Assert.That(
                    variation.Flows.Distinct().Count(),
                    Is.EqualTo(variation.Flows.Length),
                    $"{host.Title}, {variation.Title}");
    }

    [Test]
    public void Every_rule_and_table_is_one_that_a_lab_understands()
    {
        foreach (var change in Matrix.All.SelectMany(host => host.Variations)
            .SelectMany(variation => variation.Changes))
            Assert.That(
                () => change switch
                {
                    HostChange.Rule(var command) => LabWords.Xtables(command, NoHost.Instance).Add,
                    HostChange.NftTable(var text) => LabWords.Nft(text, NoHost.Instance),
                    HostChange.Sets(var text) => LabWords.Sets(text, NoHost.Instance),
                    _ => "",
                },
                Throws.Nothing,
                change.ToString());
    }

    [Test]
    public void Each_known_rule_is_met_by_a_flow_and_missed_by_another() => Assert.Multiple(() =>
    {
        foreach (var host in KnownRules.Hosts)
            foreach (var variation in host.Variations.Where(IsReadable))
            {
                var with = host.Sketch with { Rules = RulesOf(variation.Changes) };
                var without = with with { Rules = RuleSet.Empty };
                var changed = variation.Flows.CountBy(flow =>
                    !Prediction.Legs(with, flow).SequenceEqual(Prediction.Legs(without, flow))).ToDictionary();
                // Either way is no difference where both ways are possible.
                if (!variation.Title.Contains("either way", StringComparison.Ordinal))
                    Assert.That(changed.GetValueOrDefault(true), Is.Positive, $"{host.Title}, {variation.Title}: met");
                Assert.That(changed.GetValueOrDefault(false), Is.Positive, $"{host.Title}, {variation.Title}: missed");
            }
    });

    // Sets are read by way of ipset, tables of nft by way of nft; MAC addresses and ranges are a host's.
    private static bool IsReadable(Variation variation) => variation.Changes.All(change =>
        change is HostChange.Rule(var command) && !command.Contains("-source 02:", StringComparison.Ordinal)
        && !command.Contains(" 02:", StringComparison.Ordinal)
        && !command.Contains("-range ", StringComparison.Ordinal));

    /// <summary>Rules in the lab's names, each appended to its chain.</summary>
    private static RuleSet RulesOf(IEnumerable<HostChange> changes)
    {
        var all = RuleSet.Empty;
        foreach (var (command, layer) in changes.OfType<HostChange.Rule>().Select(rule =>
            (LabWords.Words(rule.Command), Enum.Parse<Layer>(rule.Command.Split(' ')[0], ignoreCase: true))))
        {
            var at = Array.IndexOf(command, "-t");
            var table = at > 0 ? command[at + 1] : "filter";
            var words = command.Skip(at > 0 ? at + 2 : 1)
                .Select(word => word.Contains(' ') ? $"\"{word}\"" : word)
                .ToList();
            var line = words switch
            {
                ["-N", var chain] => $":{chain} - [0:0]",
                ["-P", var chain, var policy] => $":{chain} {policy} [0:0]",
                _ => string.Join(' ', words),
            };
            var chains = all.Chains.Where(chain => chain.Id.Layer == layer && chain.Id.Table == table)
                .Select(chain => $":{chain.Id.Name} {(HookPoints.All.Any(point => point.Chain == chain.Id.Name) ? "ACCEPT" : "-")} [0:0]");
            all = all.With(RuleReader.Xtables(
                layer, $"*{table}\n{string.Join('\n', chains)}\n{line}\nCOMMIT", LabNamesAsTheyAre.Instance));
        }

        return all;
    }

    [Test]
    public void A_text_chooses_hosts_or_what_is_tried_on_them()
    {
        var docker = Matrix.Where(Matrix.All, "docker 28.0");
        Assert.That(docker.Select(host => host.Title), Has.All.StartsWith("Docker 28.0"));
        Assert.That(docker[0].Variations, Has.Length.EqualTo(2));

        var hairpin = Matrix.Where(Matrix.All, "promiscuous bridges");
        Assert.That(
            hairpin.SelectMany(host => host.Variations).Select(one => one.Title),
            Has.All.StartsWith("promiscuous bridges"));
        Assert.That(Matrix.Where(Matrix.All, "no such thing"), Is.Empty);
    }
}
