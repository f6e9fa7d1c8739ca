using System.Xml.Linq;
using Hooktrail.Questions.Reach;
using Hooktrail.Report.Reach;

namespace Hooktrail.Tests.Questions.Reach;

public sealed class ExpectationTests
{
    private static ImmutableArray<JudgedExpectation> Judge(string text, HostProfile? host = null)
    {
        var profile = host ?? Shop.Profile;
        return JudgedExpectation.Of(
            profile, Expectation.Read(profile.Topology, new StringReader(text), "\"shop.expect\""));
    }

    [TestCase("internet → web:443/tcp delivered", Fulfilment.AsExpected)]
    [TestCase("internet -> web:443 delivered ipv4", Fulfilment.AsExpected)]
    [TestCase("  internet   →\tweb:443   dropped # really?", Fulfilment.Otherwise)]
    [TestCase("internet → host:22 dropped", Fulfilment.AsExpected)]
    [TestCase("internet → host:22 closed", Fulfilment.AsExpected)]
    [TestCase("internet → host:22 rejected", Fulfilment.Otherwise)]
    [TestCase("internet → web:443 closed", Fulfilment.Otherwise)]
    [TestCase("web → db:5433 unreachable", Fulfilment.AsExpected)]
    [TestCase("internet → host/icmp delivered", Fulfilment.AsExpected)]
    public void A_line_says_how_a_packet_is_to_end(string line, Fulfilment fulfilment) =>
        Assert.That(Judge(line).Single().Fulfilment, Is.EqualTo(fulfilment));

    [TestCase("-m recent --rcheck --name bad -j DROP")]
    [TestCase("-j NFQUEUE --queue-num 1")]
    public void What_depends_or_is_not_known_is_inconclusive_whatever_is_expected(string rule)
    {
        var host = Tables.WithRules(rules => rules.Replace(
            "-A DOCKER-USER -i eth0", $"-A DOCKER-USER {rule}\n-A DOCKER-USER -i eth0"));
        Assert.That(
            Judge("internet → web:443 delivered\ninternet → web:443 dropped\ninternet → web:443 closed", host)
                .Select(one => one.Fulfilment),
            Is.All.EqualTo(Fulfilment.Inconclusive));
    }

    [TestCase("internet web:443 delivered", "\"shop.expect\", line 1: \"internet web:443 delivered\" is no expectation; write SOURCE → SERVICE:PORT/PROTOCOL ENDING, such as \"internet → web:443/tcp delivered\".")]
    [TestCase("# all\n\ninternet → web:443 open", "\"shop.expect\", line 3: Unknown ending \"open\"; the endings are delivered, dropped, rejected, unreachable, closed.")]
    [TestCase("internet → web:443/sctp dropped", "\"shop.expect\", line 1: Unknown protocol \"sctp\"; use tcp, udp or icmp.")]
    [TestCase("internet → mail:25 dropped", "\"shop.expect\", line 1: The host has no endpoint \"mail\"; there are shop-web-1, shop-db-1, host, internet, and addresses.")]
    [TestCase("internet → web:443 dropped ipv5", "\"shop.expect\", line 1: Unknown version of IP \"ipv5\"; it is ipv4 or ipv6.")]
    [TestCase("# none", "\"shop.expect\" has no expectation; write lines such as \"internet → web:443/tcp delivered\".")]
    [TestCase("web → web:443 delivered", "The expectation in line 1 cannot be asked: What shop-web-1 sends to itself never leaves it and crosses no hook of the host; choose two different endpoints.")]
    public void A_line_that_is_wrong_gets_a_sentence(string text, string says) =>
        Assert.That(() => Judge(text), Throws.TypeOf<HooktrailException>().With.Message.EqualTo(says));

    [Test]
    public void In_JUnit_only_what_is_as_expected_passes()
    {
        var host = Tables.WithRules(rules => rules.Replace(
            "-A DOCKER-USER -i eth0", "-A DOCKER-USER -p tcp -m recent --rcheck --name bad -j DROP\n-A DOCKER-USER -i eth0"));
        using var stream = new MemoryStream();
        ExpectationsJUnit.Write(
            stream, "shop", Judge("internet → host:22 dropped\ninternet → host:22 delivered\ninternet → web:443 delivered", host));
        stream.Position = 0;
        var suite = XDocument.Load(stream).Root!.Element("testsuite")!;

        Assert.That(
            new[] { "tests", "failures", "errors", "skipped" }.Select(name => (int)suite.Attribute(name)!),
            Is.EqualTo(new[] { 3, 1, 1, 0 }));
        Assert.That(
            suite.Elements("testcase").Select(one => one.Elements().Select(child => child.Name.LocalName).FirstOrDefault("passed")),
            Is.EqualTo(new[] { "passed", "failure", "error" }));
        Assert.That(
            (string)suite.Elements("testcase").ElementAt(1).Element("failure")!.Attribute("message")!,
            Is.EqualTo("dropped in iptables filter INPUT by its policy"));
    }
}
