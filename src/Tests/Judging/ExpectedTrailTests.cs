using Hooktrail.Judging;

namespace Hooktrail.Tests.Judging;

[TestFixture]
public class ExpectedTrailTests
{
    private static readonly string[] Header = ["layer", "table", "chain", "in", "out"];

    [Test]
    public void An_empty_cell_says_no_device_and_an_absent_column_says_nothing()
    {
        var table = ExpectedTrail.OfTable(
            ["layer", "table", "chain", "out"], [["iptables", "raw", "PREROUTING", ""]]);

        var hop = Samples.At("iptables raw PREROUTING", "lab", null);
        Assert.Multiple(() =>
        {
            Assert.That(table.Hops[0].Fields, Is.EqualTo(new[] { new ExpectedField(HopField.Out, null) }));
            Assert.That(table.Hops[0].Differing(hop), Is.Empty);
            Assert.That(table.Hops[0].Differing(hop with { Out = "lab" }), Is.EqualTo(new[] { HopField.Out }));
        });
    }

    [Test]
    public void Columns_may_come_in_any_order()
    {
        var table = ExpectedTrail.OfTable(
            ["source", "chain", "layer", "table"], [["client", "FORWARD", "ebtables", "filter"]]);

        Assert.Multiple(() =>
        {
            Assert.That(table.Hops[0].Point, Is.EqualTo(HookPoints.Parse("ebtables", "filter", "FORWARD")));
            Assert.That(table.Hops[0].Fields, Is.EqualTo(new[] { new ExpectedField(HopField.Source, "client") }));
        });
    }

    [Test]
    public void A_table_of_only_ebtables_is_compared_with_only_ebtables()
    {
        var table = ExpectedTrail.OfTable(
            Header,
            [
                ["ebtables", "nat", "PREROUTING", "client.port", ""],
                ["ebtables", "filter", "FORWARD", "client.port", "server.port"],
                ["ebtables", "nat", "POSTROUTING", "", "server.port"],
            ],
            Layer.Ebtables);

        Assert.Multiple(() =>
        {
            Assert.That(Divergence.Between(table, Samples.Bridged), Is.Null);
            Assert.That(Divergence.Between(table.Exactly(), Samples.Bridged)?.Index, Is.EqualTo(1));
        });
    }

    [Test]
    public void A_row_of_another_layer_than_the_table_speaks_of_is_refused() =>
        Refuses(
            () => ExpectedTrail.OfTable(Header, [["iptables", "raw", "PREROUTING", "", ""]], Layer.Ebtables),
            "Row 1 of the table is about iptables, but the table covers only ebtables");

    [Test]
    public void A_chain_that_its_table_has_not_is_refused_with_the_row() =>
        Refuses(
            () => ExpectedTrail.OfTable(
                Header, [["ebtables", "nat", "PREROUTING", "", ""], ["ebtables", "nat", "FORWARD", "", ""]]),
            "Row 2 of the table: The table nat of ebtables has no chain \"FORWARD\"; its chains are PREROUTING");

    [TestCase("layer,table,chain,devices", "unknown column \"devices\"; besides layer, table and chain it may have in, out, physIn")]
    [TestCase("layer,table,in", "no column \"chain\"")]
    [TestCase("layer,table,chain,in,in", "two columns \"in\"")]
    [TestCase("layer,table,chain,layer", "two columns \"layer\"")]
    public void A_header_that_cannot_be_read_is_refused(string header, string sentence) =>
        Refuses(() => ExpectedTrail.OfTable(header.Split(','), []), sentence);

    [Test]
    public void A_row_of_another_length_is_refused() =>
        Refuses(
            () => ExpectedTrail.OfTable(Header, [["iptables", "raw", "PREROUTING"]]),
            "Row 1 of the table has 3 cells for 5 columns");

    private static void Refuses(Action read, string sentence) =>
        Assert.That(read, Throws.TypeOf<HooktrailException>().With.Message.Contains(sentence));
}
