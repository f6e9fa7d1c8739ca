using System.Diagnostics;
using Hooktrail.Records;
using Hooktrail.Text;

namespace Hooktrail.Conformance;

/// <summary>Reports a run's progress: one rewritten line on a terminal, elsewhere a line every few seconds.</summary>
public sealed class ConformanceProgress : IDisposable
{
    private static readonly TimeSpan OnTerminal = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Elsewhere = TimeSpan.FromSeconds(5);

    private readonly TextWriter _out;
    private readonly bool _terminal;
    private readonly ConformanceRun _run;
    private readonly Findings _findings;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Timer _timer;
    private readonly Lock _lock = new();
    private bool _ended;

    public ConformanceProgress(TextWriter output, bool terminal, ConformanceRun run, Findings findings)
    {
        (_out, _terminal, _run, _findings) = (output, terminal, run, findings);
        var period = terminal ? OnTerminal : Elsewhere;
        _timer = new(_ => Say(), null, period, period);
    }

    public string Line
    {
        get
        {
            var rate = _run.Legs / Math.Max(_watch.Elapsed.TotalMinutes, 1.0 / 60_000);
            var diverged = _findings.Total[LegVerdict.Disagreed] + _findings.Total[LegVerdict.ObserversDisagree];
            return string.Create(
                CultureInfo.InvariantCulture,
                $"conform: {_run.Flows} of {_run.FlowsInAll} flows, {_run.Legs} legs, {rate:0} a minute, {diverged} diverged, {_findings.Total[LegVerdict.Inconclusive]} inconclusive; {_run.Current}");
        }
    }

    /// <summary>After this, nothing is written.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_lock)
        {
            _ended = true;
            if (_terminal)
                _out.Write("\r\x1b[K");
        }
    }

    private void Say()
    {
        lock (_lock)
        {
            if (_ended)
                return;
            var line = PlainText.Of(Line);
            if (_terminal)
                _out.Write($"\r{(line.Length < 118 ? line : line[..118])}\x1b[K");
            else
                _out.WriteLine(line);
        }
    }
}
