namespace Hooktrail.Stations;

/// <summary>Takes the bytes of one stream, cut anywhere.</summary>
public interface IByteSink
{
    /// <summary>Takes bytes, and keeps what comes of them for <see cref="FlushAsync"/>.</summary>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Hands on what was taken.</summary>
    ValueTask FlushAsync(CancellationToken cancellationToken = default);

    /// <summary>There is no more to come.</summary>
    /// <param name="error">Why, where this is not the end of the stream; null where it is.</param>
    ValueTask CompleteAsync(Exception? error = null);
}
