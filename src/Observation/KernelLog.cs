namespace Hooktrail.Observation;

/// <summary>
/// A run's part of the kernel log, cut into windows by fences. One thread feeds it the lines of /dev/kmsg as they
/// arrive; others wait for windows. It holds the sightings of the current window and of the previous one.
/// </summary>
/// <remarks>
/// Open /dev/kmsg again for each fence: the kernel allows ten writes in five seconds per open file
/// (printk_devkmsg=ratelimit) and drops the rest without an error.
/// </remarks>
public sealed class KernelLog(RunId run)
{
    private readonly string _mark = TapPrefix.Of(run) + ' ';
    private readonly string _fence = $"hooktrail {run} fence ";
    private readonly FencedWindows _windows = new("the kernel log");
    private ulong? _last;

    // The last sighting of ebt_log, whose later pieces may still come (<see cref="EbtLogFormat"/>).
    private int? _open;

    /// <summary>
    /// Called with each sighting as it arrives, before its window is complete. The thread that feeds the log waits for
    /// the call, so return at once, and do not wait for windows.
    /// </summary>
    public Action<Sighting>? Listener
    {
        set => _windows.Listener = value;
    }

    /// <summary>The line to write to /dev/kmsg as the end of a window; n must ascend.</summary>
    public string Fence(int n) => _fence + n.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// Skips records of /dev/kmsg that it has seen already; a jump of the sequence number means lost records.
    /// </summary>
    public void Accept(ReadOnlySpan<char> line)
    {
        if (!KernelLogRecord.TryParse(line, out var record))
            return;
        lock (_windows.Gate)
        {
            if (record.Sequence <= _last)
                return;
            if (_last is { } last)
                _windows.Lose((long)(record.Sequence - last - 1));
            _last = record.Sequence;

            if (!record.IsFromKernel)
                AcceptFence(record.RawText);
            else if (record.RawText.StartsWith(_mark))
                AcceptSighting(record);
            else if (_open is not null)
                AcceptPiece(record);
        }
    }

    /// <summary>
    /// Returns all sightings since the previous fence, after fence <paramref name="n"/> has been read. If the fence
    /// itself was lost, the next one ends the window, and the window counts the loss.
    /// </summary>
    /// <exception cref="HooktrailException">
    /// The log was closed, or the fence is too old and its window is gone.
    /// </exception>
    public Task<LogWindow> ReadUntilFence(int n, CancellationToken cancellation) => _windows.Read(n, cancellation);

    /// <summary>Ends the log; waiting readers get the reason as an error.</summary>
    public void Close(string reason) => _windows.Close(reason);

    private void AcceptSighting(KernelLogRecord record)
    {
        if (!SightingParser.TryParse(record.Sequence, record.Text, out var sighting))
            return;
        // xt LOG prints its record in one piece; a record of it in between ends no line of ebt_log.
        var isEbtables = sighting.Point.Layer == Layer.Ebtables;
        if (isEbtables)
            CloseLine();
        if (!_windows.Add(sighting))
            return;
        if (isEbtables)
            _open = _windows.Count - 1;
        if (!isEbtables || sighting.IsComplete)
            _windows.Listener?.Invoke(sighting);
    }

    // ebt_log holds one lock for the whole machine from its first piece to its last. So a continuation that looks like
    // one of its pieces belongs to the line that it began last, even if others have logged since.
    private void AcceptPiece(KernelLogRecord record)
    {
        if (record.IsContinuation && EbtLogFormat.IsFurtherPiece(record.RawText))
        {
            var begun = _windows[_open!.Value];
            if (!SightingParser.TryParse(begun.Sequence, begun.Line + record.Text, out var longer))
                return;
            _windows[_open.Value] = longer;
            if (!begun.IsComplete && longer.IsComplete)
                _windows.Listener?.Invoke(longer);
        }
        else if (record.RawText.Contains(EbtLogFormat.Marker, StringComparison.Ordinal))
        {
            CloseLine();
        }
    }

    // No further piece will come: a line that was cut is reported as it is.
    private void CloseLine()
    {
        if (_open is { } at && !_windows[at].IsComplete)
            _windows.Listener?.Invoke(_windows[at]);
        _open = null;
    }

    private void AcceptFence(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith(_fence) || LogFields.Number(text[_fence.Length..]) is not { } n)
            return;
        CloseLine();
        _windows.End(n);
    }
}
