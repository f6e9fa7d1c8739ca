using System.Xml.Linq;
using Hooktrail.Questions;
using Hooktrail.Report.Answers;

namespace Hooktrail.Tests.Report.Answers;

public sealed class AnswerJUnitTests
{
    private const string Undecided = "-m recent --rcheck --name x --rsource -j DROP";

    [Test]
    public void The_expected_ending_passes()
    {
        var suite = Written(Answers.Of("internet", "web:443"), Ending.Delivered);
        Assert.That(Counts(suite), Is.EqualTo("tests=1 failures=0 errors=0 skipped=0"));
        Assert.That(
            (string?)suite.Element("testcase")!.Attribute("name"),
            Is.EqualTo("internet → web:443 (tcp, ipv4) is delivered"));
        Assert.That(suite.Element("testcase")!.Elements().Select(one => one.Name.LocalName), Is.EqualTo(new[] { "system-out" }));
    }

    [Test]
    public void Another_ending_fails_and_says_why()
    {
        var suite = Written(Answers.Of("internet", "host:22"), Ending.Delivered);
        Assert.That(Counts(suite), Is.EqualTo("tests=1 failures=1 errors=0 skipped=0"));
        Assert.That(
            (string?)suite.Element("testcase")!.Element("failure")!.Attribute("message"),
            Is.EqualTo("delivered is expected: dropped in iptables filter INPUT by its policy"));
    }

    [TestCase(Undecided, null)]
    [TestCase(Undecided, Ending.Delivered)]
    [TestCase("-j NOWHERE", null)]
    [TestCase("-j NOWHERE", Ending.Dropped)]
    public void What_the_model_does_not_know_is_skipped_and_never_passes(string rule, Ending? expected)
    {
        var suite = Written(Answers.Of("internet", "web:443", host: Answers.With(rule)), expected);
        Assert.That(Counts(suite), Is.EqualTo("tests=1 failures=0 errors=0 skipped=1"));
        Assert.That(
            (string?)suite.Element("testcase")!.Element("skipped")!.Attribute("message"),
            Does.StartWith("inconclusive: "));
    }

    [Test]
    public void Characters_that_XML_has_no_place_for_do_not_break_the_file()
    {
        var result = Answers.Of("internet", "web:443");
        var suite = Written(result with { Question = result.Question with { From = "\u0001\uFFFE😀" } }, null);
        Assert.That(
            (string?)suite.Element("testcase")!.Attribute("name"), Is.EqualTo("\uFFFD\uFFFD😀 → web:443 (tcp, ipv4)"));
    }

    private static string Counts(XElement suite) => string.Join(
        ' ',
        suite.Attributes().Where(one => one.Name.LocalName != "name").Select(one => $"{one.Name.LocalName}={one.Value}"));

    private static XElement Written(CheckResult result, Ending? expected)
    {
        using var stream = new MemoryStream();
        AnswerJUnit.Write(stream, result, expected);
        stream.Position = 0;
        return XDocument.Load(stream).Root!.Element("testsuite")!;
    }
}
