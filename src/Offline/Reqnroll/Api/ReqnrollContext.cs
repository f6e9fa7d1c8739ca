#nullable disable
namespace Reqnroll;

/// <summary>Values that the steps and hooks of one scenario, feature or step share, by name or by type.</summary>
public abstract class ReqnrollContext : Dictionary<string, object>
{
    /// <summary>The error that failed it, or null.</summary>
    public Exception TestError { get; internal set; }

    /// <summary>Stores a value under its type.</summary>
    public void Set<T>(T data) => Set(data, Key<T>());

    /// <summary>Stores a value under a name.</summary>
    public void Set<T>(T data, string key) => this[key] = data;

    /// <summary>The value stored under its type.</summary>
    public T Get<T>() => Get<T>(Key<T>());

    /// <summary>The value stored under a name.</summary>
    public T Get<T>(string key) => (T)this[key];

    /// <summary>The value stored under its type, if there is one.</summary>
    public bool TryGetValue<TValue>(out TValue value) => TryGetValue(Key<TValue>(), out value);

    /// <summary>The value stored under a name, if there is one.</summary>
    public bool TryGetValue<TValue>(string key, out TValue value)
    {
        bool found = base.TryGetValue(key, out object stored);
        value = found ? (TValue)stored : default;
        return found;
    }

    private static string Key<T>() => typeof(T).FullName;
}
