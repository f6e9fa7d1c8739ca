using System.Text.RegularExpressions;
using Hooktrail.Namespaces;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Tests.Flows.Kernel;

/// <summary>Rule sets of real hosts in the lab; see src/Tests/Rules/rulesets/README.md.</summary>
[Parallelizable(ParallelScope.Children)]
public partial class RealRulesTests
{
    private static readonly NamespaceSetup Docker = new() { Topology = NamespaceTopology.Small };
    private static readonly NamespaceSetup NoDocker = Docker with { Docker = null };

    private static readonly ImmutableArray<(Endpoint From, Endpoint To, Protocol Protocol)> Flows =
    [
        (Client, Server, Protocol.Icmp), (Client, Server, Protocol.Tcp), (Client, Host, Protocol.Icmp),
        (Client, Host, Protocol.Udp), (Host, Client, Protocol.Tcp), (Client, Wan, Protocol.Icmp),
        (Client, Wan, Protocol.Tcp), (Client, Wan, Protocol.Udp), (Wan, Host, Protocol.Icmp), (Wan, Host, Protocol.Tcp),
        (Wan, Client, Protocol.Icmp), (Host, Wan, Protocol.Tcp), (Host, Wan, Protocol.Icmp), (Host, Host, Protocol.Udp),
    ];

    /// <summary>Beside Docker's rules.</summary>
    [TestCase("crowdsec.nft")]
    [TestCase("firewalld.nft")]
    [TestCase("kube-proxy.nft")]
    [TestCase("fail2ban.nft")]
    [TestCase("ufw-docker.v4")]
    [TestCase("crowdsec-ipset.v4", "crowdsec-blacklists", "crowdsec-blacklists-0", "crowdsec-blacklists-1")]
    public Task Every_flow_goes_as_predicted_beside_Docker(string file, params string[] sets) =>
        CheckAsync(Docker, sets, file);

    [TestCase("docker-20.10-host.v4")]
    [TestCase("docker-swarm.v4")]
    [TestCase("fail2ban-iptables.v4")]
    [TestCase("fail2ban-ipset.v4")]
    [TestCase("firewalld-iptables.v4")]
    [TestCase("kube-proxy-iptables.v4")]
    [TestCase("libvirt.v4")]
    [TestCase("podman-netavark14.v4")]
    [TestCase("tailscale.v4")]
    [TestCase("ufw.v4", "ufw.v6")]
    public Task Every_flow_goes_as_predicted_without_Docker(params string[] files) =>
        CheckAsync(NoDocker, [], files);

    /// <summary>
    /// What people write, a rule each: as many as this machine's tool and kernel take. Left out are rules that end
    /// every prediction (docs/matches.md), and those that count packets: what they drop TCP sends again, another way.
    /// </summary>
    [TestCase("idioms.v4", "-A DOCKER-USER", 17)]
    [TestCase("idioms.nft", "\t\t", 22)]
    public async Task Every_flow_goes_as_predicted_by_rules_that_people_write(string file, string begins, int least)
    {
        await using var lab = await KernelLab.StartAsync(Docker);
        var text = await File.ReadAllTextAsync(Path.Combine(Folder, file));
        var rules = text[Math.Max(text.IndexOf("\tchain c {", StringComparison.Ordinal), 0)..].Split('\n')
            .Where(line => line.StartsWith(begins, StringComparison.Ordinal) && !LeftOut().IsMatch(line))
            .Select(line => line.Trim())
            .ToList();

        var taken = await lab.LoadAsync("load rules", file.EndsWith(".nft", StringComparison.Ordinal)
            ? $$"""
                nft 'table inet t { set dyn { type ipv4_addr; flags dynamic,timeout; }; set big { type ipv4_addr; flags interval; elements = { 203.0.113.0/24, 198.51.100.7 }; }; chain c { type filter hook forward priority filter; }; }'
                {{string.Join('\n', rules.Select(rule => $"nft 'add rule inet t c {rule}' 2>/dev/null && echo taken"))}}
                true
                """
            : $"""
                {string.Join('\n', rules.Select(rule => $"iptables-nft {rule} 2>/dev/null && echo taken"))}
                true
                """);
        Assert.That(taken, Has.Count.GreaterThanOrEqualTo(least), $"of {rules.Count} rules");
        foreach (var ip in Enum.GetValues<IpVersion>())
            await lab.CheckAllAsync(Flows.Select(one => new Flow(one.From, one.To, one.Protocol) { Ip = ip }));

        lab.AssertAllAgreed(2 * Flows.Length);
    }

    private static async Task CheckAsync(NamespaceSetup host, string[] sets, params string[] files)
    {
        await using var lab = await KernelLab.StartAsync(host);
        foreach (var file in files)
            await LoadAsync(lab, file, sets);

        foreach (var ip in Enum.GetValues<IpVersion>())
            await lab.CheckAllAsync(Flows.Select(one => new Flow(one.From, one.To, one.Protocol) { Ip = ip }));

        lab.AssertAllAgreed(2 * Flows.Length);
    }

    private static async Task LoadAsync(KernelLab lab, string file, string[] sets)
    {
        var rules = await File.ReadAllTextAsync(Path.Combine(Folder, file));
        var saved = Path.Combine(Folder, file.Split('.', '-')[0] + ".ipset");
        var members = rules.Contains("--match-set", StringComparison.Ordinal) && File.Exists(saved)
            ? await File.ReadAllTextAsync(saved)
            : string.Concat(sets.Select(set => $"create {set} hash:net timeout 300\n"));
        var counters = NamedCounter().Matches(rules).Select(match => match.Groups[1].Value).ToHashSet();
        // What nft lists of an extension it does not read again.
        if (file == "fail2ban.nft")
            rules = rules[rules.IndexOf("table inet", StringComparison.Ordinal)..];
        try
        {
            await lab.LoadAsync($"load {file}", $"""
                {(members.Length == 0 ? "" : "type -P ipset >/dev/null || { echo it lacks ipset; exit 1; }\nipset restore <<'END' || exit")}
                {(members.Length == 0 ? "" : members + "\nEND")}
                {(counters.Count == 0 ? "" : "type -P nfacct >/dev/null || { echo it lacks nfacct; exit 1; }")}
                {string.Join('\n', counters.Select(counter => $"nfacct add {counter}"))}
                {Program(file)} <<'END'
                {rules}
                END
                """);
        }
        catch (HooktrailException e) when (e.Message.Contains("it lacks", StringComparison.Ordinal))
        {
            // Not a failure where live tests are required: no scenario needs them.
            Assert.Ignore($"{e.Message} ./specs prepare installs what is missing where possible.");
        }
    }

    private static string Program(string file) => Path.GetExtension(file) switch
    {
        ".nft" => "nft -f -",
        ".v6" => "ip6tables-nft-restore --noflush",
        _ => "iptables-nft-restore --noflush",
    };

    [GeneratedRegex("NFQUEUE|TEE|TPROXY|statistic|numgen|limit|queue to|flow add|dup to|synproxy|type filter hook")]
    private static partial Regex LeftOut();

    [GeneratedRegex(@"--nfacct-name +(\S+)")]
    private static partial Regex NamedCounter();

    private static string Folder => Path.Combine(TestContext.CurrentContext.TestDirectory, "rulesets");
}
