using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Hooktrail.Hosts;
using NJsonSchema;

namespace Hooktrail.Tests.Hosts;

public class SnapshotJsonTests
{
    private static readonly Gen<string> Texts = Gen.Elements(
        "", "[{\"ifname\":\"eth0\"}]", "\"quoted\" \\ and\ttab", "名前 → 😀", "-A INPUT -j DROP", "\u2028");

    private static readonly Gen<SnapshotPart> Parts =
        from command in Texts
        from exit in Gen.Choose(0, 255)
        from lines in Texts.ArrayOf()
        from errors in Texts.ArrayOf()
        select new SnapshotPart("", command, exit, [.. lines], [.. errors]);

    private static readonly Arbitrary<Snapshot> Snapshots = (
        from parts in Parts.ArrayOf()
        select new Snapshot([.. parts.Select((part, index) => part with { Name = $"part {index}" })])).ToArbitrary();

    private JsonSchema _schema = null!;

    [OneTimeSetUp]
    public async Task Read_the_schema() => _schema = await JsonSchema.FromJsonAsync(
        (await File.ReadAllTextAsync(InFolder("snapshot.schema.json"))).Replace("$defs", "definitions"));

    [Test]
    public void What_is_written_is_read_again() => Check.QuickThrowOnFailure(Prop.ForAll(
        Snapshots, snapshot => Taken.Written(Taken.Read(Taken.Written(snapshot))) == Taken.Written(snapshot)));

    [Test]
    public void What_is_written_holds_to_the_schema() => Check.QuickThrowOnFailure(Prop.ForAll(
        Snapshots, snapshot => _schema.Validate(Taken.Written(snapshot)).Count == 0));

    [Test]
    public void What_the_script_prints_holds_to_it()
    {
        var printed = PrivateNamespace.Run("sh snapshot.sh namespace", ("snapshot.sh", Snapshot.Script));

        Assert.That(_schema.Validate(printed), Is.Empty);
        Assert.That(_schema.Validate(printed.Replace("\"exit\"", "\"code\"")), Is.Not.Empty, "the schema says something");
    }

    /// <summary>The file stays as it is, whatever later releases write.</summary>
    [Test]
    public void A_snapshot_of_version_1_is_read()
    {
        using var file = File.OpenRead(InFolder("version-1.snapshot"));
        var snapshot = SnapshotJson.Read(file, "version-1.snapshot");
        var topology = TopologyReader.Of(snapshot);

        Assert.That(topology.Name, Is.EqualTo("shop"));
        Assert.That(topology.Find("br0")!.FiltersVlans);
        Assert.That(HostRules.Of(snapshot).Count, Is.EqualTo(1));
    }

    [TestCase("", "the file is not JSON: the mistake is at line 1, byte 1; the file may be cut short or edited, so write it again.")]
    [TestCase("nonsense", "the file is not JSON: the mistake is at line 1, byte 2;")]
    [TestCase("[]", "the file is no snapshot: it does not begin with \"schema\"; write one with ./specs snapshot")]
    [TestCase("{\"parts\":[]}", "the file is no snapshot: it does not begin with \"schema\"")]
    [TestCase("{\"schema\":1}", "the file is no snapshot: its \"schema\" is no string")]
    [TestCase("{\"schema\":\"hooktrail/trails/5\"}", "the file is no snapshot: its schema is \"hooktrail/trails/5\"")]
    [TestCase("{\"schema\":\"hooktrail/snapshot/9\"}", "the file has the schema \"hooktrail/snapshot/9\", but this version reads \"hooktrail/snapshot/1\"")]
    [TestCase("{\"schema\":\"hooktrail/snapshot/1\"}", "the file is no snapshot: it lacks the member \"parts\"")]
    [TestCase("{\"schema\":\"hooktrail/snapshot/1\",\"parts\":{}}", "the file is no snapshot: \"parts\" is no array")]
    [TestCase("{\"schema\":\"hooktrail/snapshot/1\",\"parts\":[],\"more\":1}", "the file is no snapshot: it has a member \"more\"")]
    [TestCase("{\"schema\":\"hooktrail/snapshot/1\",\"parts\":[7]}", "the file is no snapshot: part 1 is no object")]
    [TestCase("{\"schema\":\"hooktrail/snapshot/1\",\"parts\":[{\"name\":\"a\",\"exit\":0}]}", "the file is no snapshot: part 1 lacks the member \"command\"")]
    [TestCase("{\"schema\":\"hooktrail/snapshot/1\",\"parts\":[{\"name\":\"a\",\"command\":\"a\",\"exit\":0,\"lines\":[1]}]}", "the file is no snapshot: a line of part 1 is no string")]
    [TestCase("{\"schema\":\"hooktrail/snapshot/1\",\"parts\":[{\"name\":\"a\",\"command\":\"a\",\"exit\":0},{\"name\":\"a\",\"command\":\"a\",\"exit\":0}]}", "the file is no snapshot: it has two parts \"a\"")]
    [TestCase("{\"schema\":\"hooktrail/snapshot/1\",\"parts\":[{\"name\":\"a\",", "the file is not JSON: ")]
    [TestCase("{\"schema\":\"hooktrail/snapshot/1\",\"parts\":[]} more", "the file is not JSON: ")]
    public void What_is_no_snapshot_gets_a_sentence(string text, string sentence) => Assert.That(
        () => SnapshotJson.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "the file"),
        Throws.TypeOf<HooktrailException>().With.Message.StartsWith(sentence).And.Message.EndsWith("."));

    [Test]
    public void Bytes_that_are_no_text_get_a_sentence() => Assert.That(
        () => SnapshotJson.Read(
            new MemoryStream([.. Encoding.UTF8.GetBytes("{\"schema\":\"hooktrail/snapshot/1\",\"parts\":[{\"name\":\""), 0xff, .. "\"}]}"u8]),
            "the file"),
        Throws.TypeOf<HooktrailException>().With.Message.EqualTo("the file holds text that is not valid Unicode; write the file again."));

    [Test]
    public void A_part_that_is_not_what_its_command_prints_gets_a_sentence() => Assert.That(
        () => TopologyReader.Of(Taken.Of(("links", "[{]"))),
        Throws.TypeOf<HooktrailException>().With.Message.EqualTo(
            "The snapshot's part \"links\" is not what \"links\" prints: it is no JSON; write the snapshot again."));

    private static string InFolder(string name) => Path.Combine(TestContext.CurrentContext.TestDirectory, name);
}
