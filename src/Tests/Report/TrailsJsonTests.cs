using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Hooktrail.Records;
using Hooktrail.Trails.Accounts;
using NJsonSchema;
using Outcome = Hooktrail.Trails.Outcome;

namespace Hooktrail.Tests.Report;

[TestFixture]
public class TrailsJsonTests
{
    private JsonSchema _schema = null!;

    [OneTimeSetUp]
    public async Task Read_the_schema()
    {
        var file = Path.Combine(TestContext.CurrentContext.TestDirectory, "trails.schema.json");
        // The validator knows the schema's vocabulary, but $defs only by its name before 2019-09.
        _schema = await JsonSchema.FromJsonAsync((await File.ReadAllTextAsync(file)).Replace("$defs", "definitions"));
    }

    [Test]
    public void What_is_written_is_read_again_as_it_was() =>
        Prop.ForAll(Samples.Files, file => Read(Samples.Bytes(file)).Equals(file)).QuickCheckThrowOnFailure();

    [Test]
    public void Equal_content_is_equal_bytes() =>
        Prop.ForAll(Samples.Files, file =>
        {
            var bytes = Samples.Bytes(file);
            return Samples.Bytes(Read(bytes)).AsSpan().SequenceEqual(bytes);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void What_is_written_holds_to_the_schema() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(40),
            Prop.ForAll(Samples.Files, file => _schema.Validate(Text(file)).Count == 0));

    [Test]
    public void The_shape_is_the_one_that_others_rely_on()
    {
        var hop = Samples.Bridged.Hops[1];
        var file = Samples.FileOf(new([hop], Outcome.Delivered(Endpoint.Server)));

        using var json = JsonDocument.Parse(Samples.Bytes(file));
        var leg = json.RootElement.GetProperty("hosts")[0].GetProperty("legs")[0];

        Assert.Multiple(() =>
        {
            Assert.That(Members(json.RootElement), Is.EqualTo(new[] { "schema", "hosts" }));
            Assert.That(json.RootElement.GetProperty("schema").GetString(), Is.EqualTo("hooktrail/trails/6"));
            Assert.That(Members(leg), Is.EqualTo(new[] { "flow", "leg", "predicted", "observed" }));
            Assert.That(
                leg.GetProperty("flow").GetRawText(),
                Is.EqualTo("""{"from":"client","to":"server","protocol":"icmp"}"""));
            Assert.That(leg.GetProperty("leg").GetRawText(), Is.EqualTo("""{"direction":"request","packet":1}"""));
            Assert.That(
                leg.GetProperty("predicted").GetProperty("hops")[0].GetRawText(),
                Is.EqualTo(
                    """{"layer":"iptables","table":"raw","chain":"PREROUTING","in":"lab","physIn":"client.port","source":"client","destination":"server"}"""));
            Assert.That(
                leg.GetProperty("predicted").GetProperty("outcome").GetRawText(),
                Is.EqualTo("""{"result":"delivered","to":"server"}"""));
            Assert.That(leg.GetProperty("observed").ValueKind, Is.EqualTo(JsonValueKind.Null));
        });
    }

    [Test]
    public void What_was_observed_as_predicted_is_said_so()
    {
        var bytes = Samples.Bytes(Samples.FileOf(Samples.Bridged, Samples.Bridged));

        Assert.That(Encoding.UTF8.GetString(bytes), Does.Contain("\"observed\": \"as predicted\""));
        Assert.That(Read(bytes).Legs.Single().Observed, Is.EqualTo(Samples.Bridged));
    }

    [Test]
    public void Legs_on_one_host_stand_together_and_a_host_is_told_by_what_is_different()
    {
        var other = HostProfile.Default with { IpForward = false };
        var leg = new LegRecord(Samples.Ping, Leg.Request, Samples.Bridged, null);
        var bytes = Samples.Bytes(new(
            HostProfile.Default,
            [leg, leg with { HostProfile = other }, leg with { HostProfile = other with { } }, leg]));

        using var json = JsonDocument.Parse(bytes);
        var hosts = json.RootElement.GetProperty("hosts").EnumerateArray().ToList();

        Assert.That(hosts.Select(host => host.GetProperty("legs").GetArrayLength()), Is.EqualTo(new[] { 1, 2, 1 }));
        Assert.That(
            hosts[1].GetProperty("hostProfile").ToString(), Does.Contain("ip_forward").And.Not.Contains("kernel"));
        Assert.That(Read(bytes).Legs.Select(one => one.HostProfile), Is.EqualTo(new[] { null, other, other, null }));
    }

    [Test]
    public void A_hop_is_one_line()
    {
        var lines = Text(Samples.FileOf(Samples.Bridged)).Split('\n');
        Assert.That(
            lines.Count(line => line.Contains("\"layer\"") && !line.Contains("\"result\"")),
            Is.EqualTo(Samples.Bridged.Hops.Length));
    }

    [Test]
    public void The_writer_hands_over_each_leg_as_it_is_added()
    {
        var stream = new MemoryStream();
        using var writer = new TrailsWriter(stream, HostProfile.Default);
        writer.Add(new(Samples.Ping, Leg.Request, Samples.Bridged, null));
        Assert.That(Encoding.UTF8.GetString(stream.ToArray()), Does.Contain("\"observed\": null"));
    }

    [TestCase("", "file.json is not JSON: the mistake is at line 1, byte 1;")]
    [TestCase("{\"schema\": \"hooktrail/trails/6\",\n  nonsense}", "file.json is not JSON: the mistake is at line 2, byte 3;")]
    [TestCase("[]", "file.json is not a trails file: it does not begin with \"schema\"")]
    [TestCase("{}", "file.json is not a trails file: it does not begin with \"schema\"")]
    [TestCase("{\"schema\": 1}", "file.json is not a trails file")]
    [TestCase("{\"schema\": \"hooktrail/trails/9\"}", "has the schema \"hooktrail/trails/9\", but this version reads \"hooktrail/trails/6\", \"hooktrail/trails/5\" and \"hooktrail/trails/4\"")]
    [TestCase("{\"schema\": \"hooktrail/trails/6\"}", "$ lacks the member \"hosts\"")]
    [TestCase("{\"schema\": \"hooktrail/trails/6\", \"schema\": \"\"}", "has an object with a duplicate member")]
    [TestCase("{\"schema\": \"\\ud800\"}", "not valid Unicode")]
    public void A_file_that_is_something_else_is_named_with_what_is_wrong(string text, string sentence) =>
        Assert.That(() => Read(Encoding.UTF8.GetBytes(text)), ThrowsSentence(sentence));

    [TestCase("\"layer\":\"ebtables\"", "\"layer\":\"xtables\"", "file.json, at $.hosts[0].legs[0].predicted.hops[0].layer: Unknown layer \"xtables\"")]
    [TestCase("\"table\":\"raw\"", "\"table\":\"rough\"", "file.json, at $.hosts[0].legs[0].predicted.hops[1]: iptables has no table \"rough\"")]
    [TestCase("\"table\":\"raw\",\"chain\":\"PREROUTING\"", "\"table\":\"raw\",\"chain\":\"FORWARD\"", "The table raw of iptables has no chain \"FORWARD\"")]
    [TestCase("\"in\":\"lab\"", "\"in\":7", "$.hosts[0].legs[0].predicted.hops[1].in is 7 and must be a string")]
    [TestCase("\"in\":\"lab\"", "\"in\":null", "$.hosts[0].legs[0].predicted.hops[1].in is null and must be a string")]
    [TestCase("\"in\":\"lab\"", "\"inn\":\"lab\"", "$.hosts[0].legs[0].predicted.hops[1] has a member \"inn\"")]
    [TestCase("\"table\":\"raw\",", "", "$.hosts[0].legs[0].predicted.hops[1] lacks the member \"table\"")]
    [TestCase("\"packet\":1", "\"packet\":0", "$.hosts[0].legs[0].leg.packet is 0 and must be a whole number from 1")]
    [TestCase("\"packet\":1", "\"packet\":1.5", "$.hosts[0].legs[0].leg.packet is 1.5 and must be a whole number from 1")]
    [TestCase("\"packet\":1", "\"packet\":\"x\"", "$.hosts[0].legs[0].leg.packet is \"x\" and must be a whole number from 1")]
    [TestCase("\"from\":\"client\"", "\"from\":\"nobody\"", "$.hosts[0].legs[0].flow.from: Unknown endpoint \"nobody\"")]
    [TestCase("\"protocol\":\"icmp\"", "\"protocol\":\"smoke\"", "$.hosts[0].legs[0].flow.protocol: Unknown protocol \"smoke\"")]
    [TestCase("\"direction\":\"request\"", "\"direction\":\"up\"", "$.hosts[0].legs[0].leg.direction: Unknown leg \"up\"")]
    [TestCase("\"result\":\"delivered\"", "\"result\":\"lost\"", "$.hosts[0].legs[0].predicted.outcome.result: Unknown result \"lost\"")]
    [TestCase("\"result\":\"delivered\"", "\"result\":\"dropped\"", "$.hosts[0].legs[0].predicted.outcome is dropped, so \"at\" must name a hook point")]
    [TestCase("\"delivered\",\"to\":\"server\"", "\"delivered\"", "$.hosts[0].legs[0].predicted.outcome is delivered, so \"to\" must name an endpoint")]
    [TestCase("\"kernel\": \"6.18\"", "\"kernel\": \"six\"", "$.hosts[0].hostProfile.kernel: \"six\" is not a kernel version")]
    [TestCase("\"iptables\": \"nft\"", "\"iptables\": \"new\"", "$.hosts[0].hostProfile.iptables: Unknown backend \"new\"")]
    [TestCase("\"conntrack\": true", "\"conntrack\": 1", "$.hosts[0].hostProfile.switches.conntrack is 1 and must be true or false")]
    [TestCase("\"conntrack\": true", "\"contrack\": true", "$.hosts[0].hostProfile.switches has a member \"contrack\"")]
    [TestCase("\"published\": [", "\"published\": [7, ", "$.hosts[0].hostProfile.published[0] is 7 and must be an object")]
    [TestCase("\"observed\": null", "\"observed\": []", "$.hosts[0].legs[0].observed is an array and must be an object")]
    [TestCase("\"observed\": null", "\"observed\": \"as said\"", "$.hosts[0].legs[0].observed is a string other than \"as predicted\"")]
    [TestCase("\"legs\": [", "\"lags\": [", "$.hosts[0] has a member \"lags\"")]
    public void A_mistake_is_named_with_its_place_and_the_schema_refuses_it_too(
        string right, string wrong, string sentence)
    {
        var text = Text(Samples.FileOf(Samples.Bridged));
        Assert.That(text, Does.Contain(right), "the mistake must be one in this file");
        var broken = Replace(text, right, wrong);

        Assert.That(() => Read(Encoding.UTF8.GetBytes(broken)), ThrowsSentence(sentence));
        // The reader knows the tables and chains; the schema leaves their names open.
        if (!right.StartsWith("\"table\"", StringComparison.Ordinal))
            Assert.That(_schema.Validate(broken), Is.Not.Empty);
    }

    [TestCase("\"iptables\": \"nft\"", "\"iptables\": \"n\\nt\"", "Unknown backend \"n\uFFFDt\"")]
    [TestCase("\"conntrack\": true", "\"con\\u001btrack\": true", "has a member \"con\uFFFDtrack\"")]
    [TestCase("hooktrail/trails/6", "hooktrail\\n/trails/5", "has the schema \"hooktrail\uFFFD/trails/5\"")]
    public void What_a_file_says_breaks_no_line_of_the_message(string right, string wrong, string sentence) =>
        Assert.That(
            () => Read(Encoding.UTF8.GetBytes(Replace(Text(Samples.FileOf(Samples.Bridged)), right, wrong))),
            ThrowsSentence(sentence));

    [Test]
    public void A_damaged_file_is_read_or_refused_in_one_sentence_but_never_crashes()
    {
        var bytes = Samples.Bytes(Samples.FileOf(Samples.Bridged, Samples.Bridged.Without(2)));
        var damages =
            from at in Gen.Choose(0, bytes.Length - 1)
            from value in Gen.Choose(0, 255)
            from cut in Gen.Elements(true, false)
            select (at, (byte)value, cut);

        Prop.ForAll(damages.ToArbitrary(), damage =>
        {
            var (at, value, cut) = damage;
            var damaged = cut ? bytes[..at] : bytes.ToArray();
            if (!cut)
                damaged[at] = value;
            try
            {
                Read(damaged);
                return true;
            }
            catch (HooktrailException refused)
            {
                return refused.Message.StartsWith("file.json", StringComparison.Ordinal)
                    && !refused.Message.Contains('\n');
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Test]
    public void A_file_of_version_4_is_read_as_before() =>
        Prop.ForAll(Samples.Files, file =>
        {
            var old = file with
            {
                HostProfile = file.HostProfile with { Registered = RegistrationOrder.Assumed, Sockets = null },
            };
            old = old with
            {
                Legs =
                [
                    .. old.Legs.Select(leg => leg with
                    {
                        Ways = [],
                        Rules = [],
                        HostProfile = leg.HostProfile is { } host
                            ? host with { Registered = RegistrationOrder.Assumed, Sockets = null }
                            : null,
                    }),
                ],
            };
            return Read(Encoding.UTF8.GetBytes(Replace(Text(old), "hooktrail/trails/6", "hooktrail/trails/4")))
                .Equals(Read(Samples.Bytes(old)));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void A_file_of_version_5_is_read_as_before() =>
        Prop.ForAll(Samples.Files, file =>
        {
            var old = file with
            {
                HostProfile = file.HostProfile with { Sockets = null },
                Legs =
                [
                    .. file.Legs.Select(leg => leg with
                    {
                        Rules = [],
                        HostProfile = leg.HostProfile is { } host ? host with { Sockets = null } : null,
                    }),
                ],
            };
            return Read(Encoding.UTF8.GetBytes(Replace(Text(old), "hooktrail/trails/6", "hooktrail/trails/5")))
                .Equals(Read(Samples.Bytes(old)));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Version_5_has_no_rules_of_a_leg()
    {
        var file = Samples.FileOf(Samples.Bridged);
        file = file with
        {
            Legs = [file.Legs[0] with { Rules = [new(1, Layer.Iptables, "filter", "FORWARD", 1, "-A FORWARD -j DROP", RuleVerdict.Drop)] }],
        };

        Assert.That(
            () => Read(Encoding.UTF8.GetBytes(Replace(Text(file), "hooktrail/trails/6", "hooktrail/trails/5"))),
            ThrowsSentence("has a member \"rules\""));
    }

    [Test]
    public void Sockets_on_published_ports_are_there_only_where_they_are_not_the_proxys()
    {
        var file = Samples.FileOf(Samples.Bridged) with { HostProfile = HostProfile.Default };
        var held = file with
        {
            HostProfile = HostProfile.Default.WithSockets([new(Protocol.Udp, IpVersion.V6, 8080, IsRead: false)]),
        };

        Assert.Multiple(() =>
        {
            Assert.That(Text(file), Does.Not.Contain("sockets"));
            Assert.That(
                Text(held), Does.Contain("""{"port":8080,"protocol":"udp","ip":"ipv6","read":false}"""));
            Assert.That(Read(Samples.Bytes(held)).HostProfile.Sockets, Has.Length.EqualTo(1));
        });
    }

    [Test]
    public void Version_4_has_no_order_of_registration()
    {
        var file = Samples.FileOf(Samples.Bridged) with
        {
            HostProfile = HostProfile.Default with
            {
                Registered = new([["iptables filter FORWARD"], ["nftables ip mine c"]]),
            },
        };

        Assert.That(
            () => Read(Encoding.UTF8.GetBytes(Replace(Text(file), "hooktrail/trails/6", "hooktrail/trails/4"))),
            ThrowsSentence("has a member \"registered\""));
    }

    private static TrailsFile Read(byte[] bytes) => TrailsJson.Read(new MemoryStream(bytes), "file.json");

    private static string Text(TrailsFile file) => Encoding.UTF8.GetString(Samples.Bytes(file));

    private static string[] Members(JsonElement element) =>
        [.. element.EnumerateObject().Select(member => member.Name)];

    private static NUnit.Framework.Constraints.IResolveConstraint ThrowsSentence(string part) =>
        Throws.TypeOf<HooktrailException>().With.Message.Contains(part).And.Message.Not.Contains("\n");

    private static string Replace(string text, string right, string wrong)
    {
        var at = text.IndexOf(right, StringComparison.Ordinal);
        return string.Concat(text.AsSpan(0, at), wrong, text.AsSpan(at + right.Length));
    }
}
