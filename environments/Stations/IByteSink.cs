namespace Hooktrail.Stations;

/// <summary>Takes the bytes of one stream, cut anywhere.</summary>
public interface IByteSink
{
    /// <summary>Keeps the result for <see cref="FlushAsync"/>.</summary>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Hands on what was kept.</summary>
    ValueTask FlushAsync(CancellationToken cancellationToken = default);

    /// <summary>The error is null at the end of the stream.</summary>
    ValueTask CompleteAsync(Exception? error = null);
}
