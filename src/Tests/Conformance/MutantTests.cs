using Hooktrail.Conformance;
using Hooktrail.Model;
using Hooktrail.Records;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Tests.Conformance;

/// <summary>The model with one change each, shown what the model itself says.</summary>
public class MutantTests
{
    private static readonly HostProfile Host = HostProfile.Default with { Rules = DockerRules.Of(DockerRelease.V29) };

    [Test]
    public void A_mutant_that_says_otherwise_is_killed_by_the_leg_that_noticed()
    {
        var mutants = new Mutants();
        mutants.Of(Host).Show(
            "the host", new(Client, Server, Protocol.Icmp), 1, Said(Host, new(Client, Server, Protocol.Icmp)));

        var killing = Of(mutants, "without iptables mangle FORWARD at IPv4 Forward");
        Assert.That(killing?.ToString(), Is.EqualTo("the host: client → server (icmp), request"));
        Assert.That(killing!.How, Does.StartWith("differs at hop"));
        Assert.That(
            Of(mutants, "without ip6tables mangle FORWARD at IPv6 Forward"), Is.Null, "no packet of IPv6 was shown");
    }

    [Test]
    public void What_killed_a_mutant_first_is_kept()
    {
        var (mutants, flow) = (new Mutants(), new Flow(Client, Server, Protocol.Icmp));
        mutants.Of(Host).Show("first", flow, 1, Said(Host, flow));
        mutants.Of(Host).Show("second", flow, 1, Said(Host, flow));

        Assert.That(mutants.Fates.Select(fate => fate.Value?.Host).OfType<string>(), Has.All.EqualTo("first"));
    }

    [Test]
    public void A_rule_of_NAT_that_is_gone_is_noticed_by_who_needs_it()
    {
        var (mutants, flow) = (new Mutants(), new Flow(Wan, Endpoint.Host, Protocol.Tcp) { Port = 8080 });
        mutants.Of(Host).Show("the host", flow, 1, Said(Host, flow));

        Assert.That(
            Of(
                mutants,
                "without the rule iptables nat DOCKER: -A DOCKER ! -i lab -p tcp -m tcp --dport 8080 -j DNAT --to-destination server:80"),
            Is.Not.Null);
        Assert.That(
            Of(
                mutants,
                "without the rule iptables nat DOCKER: -A DOCKER ! -i lab -p udp -m udp --dport 8080 -j DNAT --to-destination server:80"),
            Is.Null);
    }

    [Test]
    public void Every_part_of_the_model_has_mutants()
    {
        var kinds = Mutation.Of(Host)
            .GroupBy(mutation => mutation.Kind)
            .ToDictionary(kind => kind.Key, kind => kind.Count());

        Assert.That(kinds[MutationKind.Statement], Is.EqualTo(Statement.All.Length));
        Assert.That(kinds[MutationKind.Registration], Is.GreaterThan(80));
        Assert.That(kinds[MutationKind.NatRule], Is.GreaterThan(20));
    }

    [Test]
    public void Rules_whose_order_matters_to_no_packet_are_not_swapped()
    {
        var swapped = Mutation.Of(HostProfile.Default)
            .Where(mutation => mutation.What.StartsWith("the rule ", StringComparison.Ordinal))
            .Select(mutation => mutation.What)
            .ToList();

        Assert.That(
            swapped,
            Has.Some.Contains("-A DOCKER -i away -j RETURN behind -A DOCKER ! -i lab"),
            "RETURN before DNAT decides");
        Assert.That(
            swapped,
            Has.None.Contains("--dport 8080 -j DNAT --to-destination server:80 behind"),
            "each asks for another port");
    }

    [Test]
    public void Every_mutant_of_every_host_ends_its_walk()
    {
        Flow[] flows =
        [
            new(Client, Server, Protocol.Arp), new(Client, Everyone, Protocol.Udp) { Port = 67 },
            new(Client, Wan, Protocol.Udp) { Ttl = 1 }, new(Client, Wan, Protocol.Icmp) { Fragments = 3 },
            new(Endpoint.Host, Endpoint.Host, Protocol.Tcp),
        ];
        foreach (var host in new[]
        {
            Host,
            Host with
            {
                UserlandProxy = false,
                Hairpin = true,
                RouteLocalnet = true,
                Promiscuous = true,
                Iptables = Backend.Legacy
            }
        })
            foreach (var mutation in Mutation.Of(host))
            {
                var mutant = new Mutant(host, mutation);
                foreach (var flow in flows)
                    try
                    {
                        Assert.That(mutant.Forecast(flow).Legs, Is.Not.Empty);
                    }
                    catch (InvalidOperationException lost)
                    {
                        Assert.That(lost.Message, Does.StartWith("A packet "), mutation.What);
                    }
            }
    }

    [Test]
    public void The_score_is_told_by_the_part_of_the_model()
    {
        var (mutants, flow) = (new Mutants(), new Flow(Client, Server, Protocol.Icmp));
        mutants.Of(Host).Show("the host", flow, 1, Said(Host, flow));

        var text = ConformanceText.Of(mutants);
        Assert.That(
            ConformanceText.Witnesses(mutants),
            Does.Contain("without iptables mangle FORWARD at IPv4 Forward").And.Contains(
                "the host: client → server (icmp), request"));
        Assert.That(text, Does.Contain("killing it needs a table broute"));
        Assert.That(text, Does.Contain("statements")
            .And.Contains("NAT rules")
            .And.Contains("alive: without ip6tables mangle FORWARD at IPv6 Forward"));
    }

    private static ImmutableArray<LegRecord> Said(HostProfile host, Flow flow) =>
        [.. Prediction.Legs(host, flow).Select(leg => new LegRecord(flow, leg.Leg, null, leg.Trail))];

    private static Killing? Of(Mutants mutants, string name) =>
        mutants.Fates.Single(fate => fate.Key.What == name).Value;
}
