using NUnit.Framework;

namespace Hooktrail.Tests.Offline.Kit;

/// <summary>The comparison with the kit is only worth something if it can fail.</summary>
[TestFixture]
public sealed class NormalizedMessagesTests
{
    private static readonly string[] Messages =
    [
        """{"pickle":{"id":"1","name":"one","steps":[{"id":"2","text":"a"},{"id":"3","text":"b"}]}}""",
        """{"testCase":{"id":"4","pickleId":"1","testSteps":[{"id":"5","pickleStepId":"2"},{"id":"6","pickleStepId":"3"}]}}""",
        """{"testStepStarted":{"testStepId":"5","timestamp":{"seconds":1,"nanos":0}}}""",
        """{"testStepFinished":{"testStepId":"5","testStepResult":{"status":"PASSED"}}}""",
    ];

    [Test]
    public void Other_ids_and_times_make_no_difference()
    {
        string[] same =
        [
            """{"pickle":{"name":"one","id":"a","steps":[{"id":"b","text":"a"},{"id":"c","text":"b"}]}}""",
            """{"testCase":{"id":"d","pickleId":"a","testSteps":[{"id":"e","pickleStepId":"b"},{"id":"f","pickleStepId":"c"}]}}""",
            """{"testStepStarted":{"testStepId":"e","timestamp":{"seconds":9,"nanos":9}}}""",
            """{"testStepFinished":{"testStepId":"e","testStepResult":{"status":"PASSED"}}}""",
        ];
        Assert.That(All(same), Is.EqualTo(All(Messages)));
    }

    [TestCase("PASSED", "FAILED")]
    [TestCase("\"name\":\"one\"", "\"name\":\"two\"")]
    [TestCase("\"pickleStepId\":\"2\"", "\"pickleStepId\":\"3\"")]
    [TestCase("\"testStepFinished\":{\"testStepId\":\"5\"", "\"testStepFinished\":{\"testStepId\":\"6\"")]
    [TestCase("\"text\":\"a\"", "\"text\":\"a\",\"type\":\"Action\"")]
    public void What_has_a_meaning_makes_a_difference(string text, string other) =>
        Assert.That(All(Messages.Select(line => line.Replace(text, other))), Is.Not.EqualTo(All(Messages)));

    [Test]
    public void A_lacking_message_makes_a_difference() =>
        Assert.That(All(Messages.SkipLast(1)), Is.Not.EqualTo(All(Messages)));

    private static IEnumerable<string> All(IEnumerable<string> lines)
    {
        var normalized = new NormalizedMessages(lines);
        return normalized.Declared.Concat(normalized.Events);
    }
}
