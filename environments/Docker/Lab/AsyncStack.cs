namespace Hooktrail.Docker.Lab;

/// <summary>Undoes the steps of a failed start, newest first; <see cref="Keep"/> marks success.</summary>
internal sealed class AsyncStack : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _things = new();

    public T Push<T>(T thing) where T : IAsyncDisposable
    {
        _things.Push(thing);
        return thing;
    }

    public void Keep() => _things.Clear();

    public async ValueTask DisposeAsync()
    {
        while (_things.TryPop(out var thing))
            await thing.DisposeAsync().ConfigureAwait(false);
    }
}
