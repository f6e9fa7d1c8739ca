using System.Net;

namespace Hooktrail.Tests.Rules;

public class DockerRulesTests
{
    private static readonly DockerRelease[] Releases = Enum.GetValues<DockerRelease>();

    [Test]
    public void All_of_them_are_known_to_the_model(
        [ValueSource(nameof(Releases))] DockerRelease release, [Values] bool proxy)
    {
        var rules = DockerRules.Of(release, proxy).Chains.SelectMany(chain => chain.Rules);

        Assert.That(
            rules.Where(rule => rule.Target is UnknownTarget || rule.Matches.Any(match => match is UnknownMatch)),
            Is.Empty);
    }

    [Test]
    public void A_script_for_a_host_is_read_back_as_the_same_rules(
        [ValueSource(nameof(Releases))] DockerRelease release, [Values] bool proxy)
    {
        var script = DockerScript.Of(release, TestHost.Instance, proxy);

        AssertSame(script.Read(TestHost.Instance), DockerRules.Of(release, proxy));
    }

    [Test]
    public void The_real_tools_take_a_script_and_print_the_same_rules(
        [ValueSource(nameof(Releases))] DockerRelease release,
        [Values] bool proxy,
        [Values("nft", "legacy")] string backend)
    {
        var script = DockerScript.Of(release, TestHost.Instance, proxy);
        var output = PrivateNamespace.Run(
            $"""
            for tool in nft iptables-{backend} ip6tables-{backend}; do command -v $tool >/dev/null || exit 77; done
            [ ! -s v4 ] || iptables-{backend}-restore --noflush < v4
            [ ! -s v6 ] || ip6tables-{backend}-restore --noflush < v6
            nft -f nft
            iptables-{backend}-save; echo '==='; ip6tables-{backend}-save; echo '==='; nft -j list ruleset; echo '==='; nft list table ip docker-bridges || true; nft list table ip6 docker-bridges || true
            """,
            ("v4", Text(script.Iptables)),
            ("v6", Text(script.Ip6tables)),
            ("nft", Text(script.Nftables)));
        var printed = output.Split("===\n");

        var read = backend == "legacy"
            ? RuleReader.Xtables(Layer.Iptables, printed[0], TestHost.Instance)
                .With(RuleReader.Xtables(Layer.Ip6tables, printed[1], TestHost.Instance))
                .With(RuleReader.NftJson(printed[2], TestHost.Instance))
            : RuleReader.OfHost(
                printed[2],
                [],
                new Dictionary<Layer, IEnumerable<string>>
                {
                    [Layer.Iptables] = printed[0].Split('\n'),
                    [Layer.Ip6tables] = printed[1].Split('\n'),
                },
                TestHost.Instance);
        AssertSame(read, DockerRules.Of(release, proxy));
        var listed = RuleReader.Nftables(printed[3].Split('\n'), TestHost.Instance, "nft list table");
        AssertSame(listed, new([.. read.Chains.Where(chain => chain.Id.Layer == Layer.Nftables)]));
    }

    /// <summary>Engine 20.10.24 with its default network and proxy; docker0 is the lab's network here.</summary>
    [Test]
    public void The_rules_of_a_running_Engine_are_those_of_its_release()
    {
        var saved = File.ReadAllText(
            Path.Combine(TestContext.CurrentContext.TestDirectory, "docker-20.10.iptables-save"));
        // The lab has more networks, and ports.
        string[] others = [.. LabNames.Networks.Where(network => network != LabNames.Bridge), "--dport"];
        var expected = DockerRules.Default.Chains
            .Select(chain =>
                chain with { Rules = [.. chain.Rules.Where(rule => !rule.Text.Split(' ').Any(others.Contains))] });

        AssertSame(RuleReader.Xtables(Layer.Iptables, saved, new OneNetwork()), new([.. expected]));
    }

    private sealed class OneNetwork : INames
    {
        public string Device(string printed) => printed == "docker0" ? LabNames.Bridge : printed;

        public string? Address(IPAddress printed) =>
            printed.Equals(IPAddress.Parse("172.17.0.1")) ? LabNames.Gateway : null;

        public ImmutableArray<string> Addresses(Func<IPAddress, bool> condition) =>
            condition(IPAddress.Parse("172.17.0.1")) ? [LabNames.Gateway]
            : condition(IPAddress.Loopback) ? [LabNames.HostOnLoopback]
            : [];

        public int Port(int printed) => printed;

        public string? MacOwner(string printed) => null;
    }

    [TestCase("20.10.24", DockerRelease.V20)]
    [TestCase("26.1", DockerRelease.V20)]
    [TestCase("27.5.1", DockerRelease.V27)]
    [TestCase("28.0.4", DockerRelease.V28)]
    [TestCase("28.5", DockerRelease.V28Dot2)]
    [TestCase("29", DockerRelease.V29)]
    [TestCase("29-nftables", DockerRelease.V29Nftables)]
    public void A_release_is_found_by_its_version(string version, DockerRelease release) =>
        Assert.That(DockerRules.Parse(version), Is.EqualTo(release));

    [Test]
    public void What_is_no_version_is_told([Values("", "new", "28.x")] string version) =>
        Assert.That(
            () => DockerRules.Parse(version), Throws.TypeOf<HooktrailException>().With.Message.Contains("20.10"));

    [Test]
    public void The_networks_are_named_as_wholes() =>
        Assert.That(
            DockerRules.Default.Find(new(Layer.Iptables, "nat", "POSTROUTING"))!.Rules.Select(rule => rule.Text),
            Has.Some.EqualTo("-A POSTROUTING -s lab ! -o lab -j MASQUERADE"));

    private static string Text(IEnumerable<string> lines) => string.Concat(lines.Select(line => line + "\n"));

    private static void AssertSame(RuleSet read, RuleSet expected)
    {
        // The texts first: they say more where something differs.
        Assert.That(Lines(read), Is.EqualTo(Lines(expected)));
        Assert.That(read, Is.EqualTo(expected));
    }

    private static IEnumerable<string> Lines(RuleSet rules) =>
        RuleText.Layers(rules).SelectMany(layer => RuleText.Write(rules, layer));
}
