using FsCheck;
using FsCheck.Fluent;
using Hooktrail.Observation;

namespace Hooktrail.Tests.Observation;

public class KernelLogRecordTests
{
    [Test]
    public void A_record_has_a_header_and_a_text()
    {
        Assert.That(KernelLogRecord.TryParse("12,481,3268860009,c,caller=T1;a;b", out var record), Is.True);
        Assert.That(
            (record.Priority, record.Sequence, record.IsContinuation, record.IsFromKernel, record.Text),
            Is.EqualTo((12, 481UL, true, false, "a;b")));
    }

    [Test]
    public void Escapes_are_undone()
    {
        KernelLogRecord.TryParse(@"6,1,1,-;tab\x09 back\x5cslash \xzz \x4", out var record);

        Assert.That(record.Text, Is.EqualTo("tab\t back\\slash \\xzz \\x4"));
    }

    [Test]
    public void An_escape_may_end_the_text()
    {
        KernelLogRecord.TryParse(@"6,1,1,-;bell\x07", out var record);

        Assert.That(record.Text, Is.EqualTo("bell\a"));
    }

    [TestCase("")]
    [TestCase(" SUBSYSTEM=net")]
    [TestCase("6,1,1")]
    [TestCase("6,,1,-;x")]
    [TestCase("-6,1,1,-;x")]
    [TestCase("6,1,1,-")]
    [TestCase("6,99999999999999999999,1,-;x")]
    [TestCase("99999999999,1,1,-;x")]
    public void What_is_no_record_is_refused(string line) =>
        Assert.That(KernelLogRecord.TryParse(line, out _), Is.False);

    [Test]
    public void No_line_makes_the_reader_throw()
    {
        // Random text, and real lines that were cut, doubled or had a character changed.
        var damaged =
            from line in Gen.Elements(Captured.Lines.AsEnumerable())
            from cut in Gen.Choose(0, line.Length)
            from rest in Gen.Choose(0, line.Length)
            from replaced in Gen.Elements(" =[]();,\\x0-\0\u00ff".ToCharArray())
            select line[..cut] + replaced + line[rest..];
        var any = Gen.OneOf(damaged, ArbMap.Default.GeneratorFor<string>().Where(text => text is not null));

        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(20_000).WithQuietOnSuccess(true),
            Prop.ForAll(any.ToArbitrary(), line =>
            {
                var log = new KernelLog(Captured.Run);
                log.Accept(line);
                log.Accept("7,0,0,-;" + line);
                SightingParser.TryParse(0, "htx7k2q i.raw.OUTPUT " + line, out _);
                SightingParser.TryParse(0, "htx7k2q e.nat.OUTPUT " + line, out _);
                return true;
            }));
    }

    [Test]
    public void Foreign_lines_cost_no_memory()
    {
        var log = new KernelLog(Captured.Run);
        Feed(log, 0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Feed(log, 1_000);

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static void Feed(KernelLog log, int from)
    {
        Span<char> line = stackalloc char[128];
        for (var n = from; n < from + 1_000; n++)
        {
            line.TryWrite($"6,{n},1,-;docker0: port 1(veth0) entered blocking state", out var length);
            log.Accept(line[..length]);
        }
    }
}
