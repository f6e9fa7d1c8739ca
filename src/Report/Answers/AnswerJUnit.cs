using System.Text;
using System.Xml;
using Hooktrail.Questions;

namespace Hooktrail.Report.Answers;

/// <summary>
/// The answer as one test case in the form of JUnit, which CI systems show. It passes only where the model is sure of
/// the ending, and the ending is the expected one; where the model is not sure, it is skipped.
/// </summary>
public static class AnswerJUnit
{
    private static readonly XmlWriterSettings Settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        Indent = true,
        NewLineChars = "\n",
    };

    /// <summary>UTF-8; <paramref name="stream"/> stays open.</summary>
    public static void Write(Stream stream, CheckResult result, Ending? expected)
    {
        var meets = result.Meets(expected);
        using (var xml = XmlWriter.Create(stream, Settings))
        {
            xml.WriteStartElement("testsuites");
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", "hooktrail check");
            xml.WriteAttributeString("tests", "1");
            xml.WriteAttributeString("failures", meets == false ? "1" : "0");
            xml.WriteAttributeString("errors", "0");
            xml.WriteAttributeString("skipped", meets is null ? "1" : "0");
            xml.WriteStartElement("testcase");
            xml.WriteAttributeString("classname", "hooktrail.check");
            xml.WriteAttributeString("name", Text(NameOf(result.Question, expected)));
            if (meets is null)
                Write(xml, "skipped", $"inconclusive: {WhyNot(result)}");
            else if (meets == false)
                Write(xml, "failure", result.Verified is { Agrees: false }
                    ? WhyNot(result)
                    : $"{expected?.Name()} is expected: {result.Answer.Says}");
            xml.WriteElementString("system-out", Text(AnswerText.Of(result, everyHook: false)));
            xml.WriteEndDocument();
        }

        stream.WriteByte((byte)'\n');
    }

    private static string WhyNot(CheckResult result) =>
        result.Verified is { Agrees: not true } verified ? $"{result.Answer.Says}; {verified}" : result.Answer.Says;

    private static string NameOf(Question question, Ending? expected) =>
        $"{question.From} → {question.To} ({question.Flow.Protocol.Name()}, {question.Flow.Ip.Name()}{(question.Flow.IsEstablished ? ", established" : "")})"
        + (expected is { } ending ? $" is {ending.Name()}" : "");

    private static void Write(XmlWriter xml, string element, string message)
    {
        xml.WriteStartElement(element);
        xml.WriteAttributeString("message", Text(message));
        xml.WriteEndElement();
    }

    // XML has no place for some characters, which names of containers and comments of rules may have.
    private static string Text(string text) =>
        string.Concat(text.EnumerateRunes().Select(rune =>
            rune.Utf16SequenceLength == 2 || XmlConvert.IsXmlChar((char)rune.Value) ? rune.ToString() : "\uFFFD"));
}
