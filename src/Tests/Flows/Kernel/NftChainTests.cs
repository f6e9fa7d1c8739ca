using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Hooktrail.Model;
using Hooktrail.Observation.Nflog;
using Hooktrail.Trails;
using NUnit.Framework;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Tests.Flows.Kernel;

/// <summary>Users' own base chains of nft in every family, at priorities around all others: hook points like those of the tools.</summary>
[Parallelizable(ParallelScope.Children)]
public class NftChainTests
{
    private static readonly ImmutableArray<(Endpoint From, Endpoint To)> Journeys =
        [(Client, Server), (Client, Wan), (Wan, Client), (Client, Host), (Host, Client), (Host, Host), (Host, Wan), (Wan, Host)];

    private static readonly ImmutableArray<int> IpPriorities = [-500, -400, -350, -300, -250, -200, -175, -150, -125, -100, -50, 0, 25, 50, 75, 100, 125, 150, 175, 500];

    private static readonly ImmutableArray<int> BridgePriorities = [-500, -300, -250, -200, -100, -1, 0, 1, 50, 100, 150, 200, 250, 300, 350];

    [Test]
    public async Task Chains_of_every_family_and_priority_are_crossed_as_predicted()
    {
        var chains = Everywhere().ToImmutableArray();
        await using var lab = await KernelLab.StartAsync(new() { Chains = [.. chains.Select(chain => chain.Place)] });
        await lab.NftAsync(Tables(chains), [.. chains.Select(chain => chain.Name)]);
        var report = new StringBuilder();
        foreach (var called in (bool[])[true, false])
        {
            foreach (var tables in (string[])["iptables", "ip6tables"])
                await lab.Host.SetAsync($"net/bridge/bridge-nf-call-{tables}", called ? "1" : "0");
            lab.Switches = lab.Switches with { BridgeNfCallIptables = called, BridgeNfCallIp6tables = called };
            foreach (var (from, to) in Journeys)
                foreach (var ip in Enum.GetValues<IpVersion>())
                    foreach (var protocol in (Protocol[])[Protocol.Icmp, Protocol.Udp, Protocol.Tcp])
                        report.Append(await lab.CheckAsync(new(from, to, protocol) { Ip = ip }, protocol == Protocol.Tcp ? 1 : 2));
            foreach (var (from, to) in ((Endpoint, Endpoint)[])[(Client, Server), (Client, Host), (Host, Client), (Wan, Host), (Host, Wan)])
                report.Append(await lab.CheckAsync(new(from, to, Protocol.Arp)));
            report.Append(await lab.CheckAsync(new(Client, Everyone, Protocol.Udp) { Port = 67 }));
            report.Append(await lab.CheckAsync(new(Host, Everyone, Protocol.Udp) { Port = 67 }));
            report.Append(await lab.CheckAsync(new(Client, Server, Protocol.Udp) { Fragments = 2 }));
            report.Append(await lab.CheckAsync(new(Client, Wan, Protocol.Icmp) { Fragments = 2 }));
            report.Append(await lab.CheckAsync(new(Client, Server, Protocol.Udp) { Encapsulation = Encapsulation.Vlan }));
            report.Append(await lab.CheckAsync(new(Client, Server, Protocol.Udp) { Encapsulation = Encapsulation.PPPoE }));
        }

        Assert.That(report.ToString(), Is.Empty);
    }

    [Test]
    public async Task What_a_users_chain_drops_ends_there([Values] IpVersion ip)
    {
        var family = ip == IpVersion.V4 ? NftFamily.Ip : NftFamily.Ip6;
        UserChain[] chains =
        [
            .. from one in Everywhere()
               where one.Family == family ? one.Priority is -350 or -175 or 50 or 175 || one.Type != "filter" : one.Family == NftFamily.Inet ? one.Priority is 0
                   : one.Family == NftFamily.Bridge ? one.Priority is -250 or 1 or 350 : one.Priority == -5
               select one with { Does = "drop" },
        ];
        await using var lab = await KernelLab.StartAsync(new() { Chains = [.. chains.Select(chain => chain.Place)] });
        var (dropped, report) = await CheckEachAsync(lab, chains, [.. Journeys.Select(journey => new Flow(journey.From, journey.To, Protocol.Udp) { Ip = ip })]);

        Assert.That(report, Is.Empty);
        Assert.That(dropped, Is.GreaterThan(60));
    }

    [Test]
    public async Task What_a_users_chain_rejects_ends_there_and_its_sender_is_told([Values] IpVersion ip)
    {
        var family = ip == IpVersion.V4 ? NftFamily.Ip : NftFamily.Ip6;
        UserChain[] chains =
        [
            .. from one in Everywhere()
               where one.Type == "filter" && one.Hook != NftHook.Postrouting && one.Hook != NftHook.Egress
               where one.Family == family ? one.Priority is -350 or -175 or 50
                   : one.Family == NftFamily.Inet ? one.Priority == 0
                   // The kernel of the tests has no reject for chains of family bridge (CONFIG_NFT_BRIDGE_REJECT).
                   : one.Family == NftFamily.Netdev && one.Priority == -5
               select one with { Does = "meta l4proto tcp reject with tcp reset; meta l4proto udp reject" },
        ];
        await using var lab = await KernelLab.StartAsync(new() { Chains = [.. chains.Select(chain => chain.Place)] });
        var (rejected, report) = await CheckEachAsync(
            lab, chains, [.. from journey in Journeys from protocol in (Protocol[])[Protocol.Udp, Protocol.Tcp] select new Flow(journey.From, journey.To, protocol) { Ip = ip }]);

        Assert.That(report, Is.Empty);
        Assert.That(rejected, Is.GreaterThan(60));
    }

    private static async Task<(int Ended, string Report)> CheckEachAsync(KernelLab lab, UserChain[] chains, Flow[] flows)
    {
        var report = new StringBuilder();
        var ended = 0;
        foreach (var chain in chains)
        {
            await lab.NftAsync(Tables([chain]), chain.Name);
            var profile = await lab.ProfileAsync();
            foreach (var flow in flows.Where(flow => Prediction.Legs(profile, flow).Any(leg => leg.Trail.Outcome.At == chain.Place.Point)))
            {
                if (await lab.CheckAsync(flow) is { Length: > 0 } difference)
                    report.AppendLine(CultureInfo.InvariantCulture, $"{chain.Name}: {difference}");
                ended++;
            }

            await lab.DeleteAsync($"delete table {Word(chain.Family)} mine");
        }

        return (ended, report.ToString());
    }

    private static IEnumerable<UserChain> Everywhere()
    {
        foreach (var family in (NftFamily[])[NftFamily.Ip, NftFamily.Ip6, NftFamily.Inet])
            foreach (var hook in (NftHook[])[NftHook.Prerouting, NftHook.Input, NftHook.Forward, NftHook.Output, NftHook.Postrouting])
            {
                foreach (var priority in IpPriorities)
                    yield return new(family, hook, priority);
                if (hook is not NftHook.Forward)
                    foreach (var priority in (int[])[-199, -100, 0, 100, 300])
                        yield return new(family, hook, priority, "nat");
            }

        foreach (var family in (NftFamily[])[NftFamily.Ip, NftFamily.Ip6])
            yield return new(family, NftHook.Output, -149, "route");
        foreach (var hook in (NftHook[])[NftHook.Prerouting, NftHook.Input, NftHook.Forward, NftHook.Output, NftHook.Postrouting])
            foreach (var priority in BridgePriorities)
                yield return new(NftFamily.Bridge, hook, priority);
        foreach (var hook in (NftHook[])[NftHook.Input, NftHook.Output])
            foreach (var priority in (int[])[-10, 0, 10])
                yield return new(NftFamily.Arp, hook, priority);
        foreach (var device in (string[])["client.port", "server.port", "lab", "wan.nic", "lo"])
        {
            foreach (var hook in (NftHook[])[NftHook.Ingress, NftHook.Egress])
                foreach (var priority in (int[])[-5, 5])
                    yield return new(NftFamily.Netdev, hook, priority) { Device = device };
            yield return new(NftFamily.Inet, NftHook.Ingress, 0) { Device = device };
        }
    }

    private static string Tables(IEnumerable<UserChain> chains) => string.Concat(
        chains.GroupBy(chain => chain.Family).Select(family => $"table {Word(family.Key)} mine {{\n{string.Concat(family)}}}\n"));

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    /// <summary>A base chain, and what it does.</summary>
    private sealed record UserChain(NftFamily Family, NftHook Hook, int Priority, string Type = "filter")
    {
        public string? Device { get; init; }

        public string Does { get; init; } = "counter";

        public string Chain => $"{Type[0]}-{Word(Hook)}{(Priority < 0 ? "m" : "p")}{Math.Abs(Priority).ToString(CultureInfo.InvariantCulture)}{Device?.Replace('.', '-')}";

        public string Name => $"{Word(Family)} mine {Chain}";

        public NflogPlace Place => new(
            new(Layer.Nftables, $"{Word(Family)} mine", Chain), Family, Hook, Priority, Type == "nat" ? NftChainType.Nat : NftChainType.Filter, Device);

        public override string ToString() =>
            $"chain {Chain} {{ type {Type} hook {Word(Hook)} {(Device is null ? "" : $"device \"{Device}\" ")}priority {Priority}; {Does}; }}\n";
    }
}
