using System.Xml;
using Hooktrail.Questions.Reach;

namespace Hooktrail.Report.Reach;

/// <summary>
/// Judged expectations as JUnit XML: a case for each. One that is inconclusive is an error, because many readers of
/// JUnit count a skipped case as good.
/// </summary>
public static class ExpectationsJUnit
{
    public static void Write(Stream stream, string host, ImmutableArray<JudgedExpectation> expectations)
    {
        using var xml = XmlWriter.Create(
            stream, new() { Indent = true, NewLineChars = "\n", Encoding = new System.Text.UTF8Encoding(false) });
        xml.WriteStartElement("testsuites");
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", Valid($"reach {host}"));
        Count(xml, "tests", expectations.Length);
        Count(xml, "failures", expectations.Count(one => one.Fulfilment == Fulfilment.Otherwise));
        Count(xml, "errors", expectations.Count(one => one.Fulfilment == Fulfilment.Inconclusive));
        Count(xml, "skipped", 0);
        foreach (var one in expectations)
            Case(xml, one);
        xml.WriteEndElement();
        xml.WriteEndElement();
        xml.Flush();
        stream.WriteByte((byte)'\n');
    }

    private static void Case(XmlWriter xml, JudgedExpectation one)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", Valid($"reach.{one.Expectation.Question.From}"));
        xml.WriteAttributeString("name", Valid(one.Expectation.Text));
        if (one.Fulfilment != Fulfilment.AsExpected)
        {
            xml.WriteStartElement(one.Fulfilment == Fulfilment.Otherwise ? "failure" : "error");
            xml.WriteAttributeString("type", one.Fulfilment.Word());
            xml.WriteAttributeString("message", Valid(one.Found.Says));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void Count(XmlWriter xml, string name, int count) =>
        xml.WriteAttributeString(name, count.ToString(CultureInfo.InvariantCulture));

    // Names of a snapshot may have characters that XML forbids.
    private static string Valid(string text) =>
        string.Concat(text.Select(
            letter => XmlConvert.IsXmlChar(letter) && !char.IsControl(letter) ? letter : '\uFFFD'));
}
