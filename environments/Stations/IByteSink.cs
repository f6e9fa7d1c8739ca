namespace Hooktrail.Stations;

/// <summary>Receives the bytes of one stream, split at any place.</summary>
public interface IByteSink
{
    /// <summary>Keeps its result until <see cref="FlushAsync"/>.</summary>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Passes on what was kept.</summary>
    ValueTask FlushAsync(CancellationToken cancellationToken = default);

    /// <summary>The error is null at the end of the stream.</summary>
    ValueTask CompleteAsync(Exception? error = null);
}
