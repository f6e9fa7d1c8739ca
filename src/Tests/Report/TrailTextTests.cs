using Hooktrail.Report;
using Outcome = Hooktrail.Trails.Outcome;

namespace Hooktrail.Tests.Report;

[TestFixture]
public class TrailTextTests
{
    [Test]
    public void A_hop_is_a_line_and_an_unused_column_is_left_out() =>
        Assert.That(TrailText.Of(Samples.Bridged), Is.EqualTo("""
            hop  layer     table   chain        in           out          physIn       source  destination
              1  ebtables  nat     PREROUTING   client.port                            client  server
              2  iptables  raw     PREROUTING   lab                       client.port  client  server
              3  iptables  mangle  PREROUTING   lab                       client.port  client  server
              4  ebtables  filter  FORWARD      client.port  server.port               client  server
              5  ebtables  nat     POSTROUTING               server.port               client  server
            delivered to server

            """));

    [Test]
    public void A_trail_without_a_hop_says_so() =>
        Assert.That(TrailText.Of(new([], Outcome.Vanished(null, null))), Is.EqualTo("no hop; never seen\n"));

    [Test]
    public void A_name_neither_breaks_a_line_nor_commands_the_terminal()
    {
        var text = TrailText.Of(Samples.Bridged.With(0, hop => hop with { In = "a\nb\u001b[2J\u009b" }));
        Assert.That(text.Split('\n')[1], Does.Contain("a\uFFFDb\uFFFD[2J\uFFFD"));
    }
}
