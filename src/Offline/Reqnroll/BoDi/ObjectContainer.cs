using System.Runtime.ExceptionServices;

namespace Reqnroll.BoDi;

/// <summary>Context injection: constructor arguments are the objects of this container or of those around it.</summary>
internal sealed class ObjectContainer : IObjectContainer
{
    private readonly ObjectContainer? outer;
    private readonly Dictionary<Type, object> objects = [];
    private readonly Dictionary<Type, Type> implementations = [];
    private readonly HashSet<Type> resolved = [];
    private readonly Stack<IDisposable> owned = [];
    private readonly Stack<Type> path = [];

    public ObjectContainer(ObjectContainer? outer = null)
    {
        this.outer = outer;
        objects[typeof(IObjectContainer)] = this;
    }

    public void RegisterInstanceAs<TInterface>(TInterface instance, string? name = null, bool dispose = false)
        where TInterface : class
    {
        ArgumentNullException.ThrowIfNull(instance);
        Unnamed(name);
        NotResolved(typeof(TInterface));
        objects[typeof(TInterface)] = instance;
        if (dispose && instance is IDisposable disposable)
            owned.Push(disposable);
    }

    public void RegisterTypeAs<TType, TInterface>(string? name = null)
        where TType : class, TInterface
    {
        Unnamed(name);
        NotResolved(typeof(TInterface));
        implementations[typeof(TInterface)] = typeof(TType);
    }

    public T Resolve<T>() => (T)Resolve(typeof(T));

    public object Resolve(Type type, string? name = null)
    {
        Unnamed(name);
        resolved.Add(type);
        for (var container = this; container is not null; container = container.outer)
        {
            if (container.objects.TryGetValue(type, out object? known))
                return known;
            if (container.implementations.TryGetValue(type, out var implementation) && implementation != type)
                return container.objects[type] = container.Resolve(implementation);
        }
        return Create(type);
    }

    public bool IsRegistered<T>(string? name = null)
    {
        Unnamed(name);
        return objects.ContainsKey(typeof(T)) || implementations.ContainsKey(typeof(T));
    }

    /// <summary>Disposes what the container made, the last first; the first error is thrown when all are disposed.</summary>
    public void Dispose()
    {
        ExceptionDispatchInfo? error = null;
        while (owned.TryPop(out var disposable))
        {
            try
            {
                disposable.Dispose();
            }
            catch (Exception e)
            {
                error ??= ExceptionDispatchInfo.Capture(e);
            }
        }
        error?.Throw();
    }

    private object Create(Type type)
    {
        if (path.Contains(type))
            throw Unresolvable(type, "it depends on itself");
        if (type.IsInterface || type.IsAbstract)
            throw Unresolvable(type, "nobody registered it and it is no class that can be created");
        if (type.IsValueType || type == typeof(string) || typeof(Delegate).IsAssignableFrom(type))
            throw Unresolvable(type, "values are not injected");

        var constructors = type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).ToArray();
        if (constructors is [])
            throw Unresolvable(type, "it has no public constructor");
        if (constructors is [var first, var second, ..] && first.GetParameters().Length == second.GetParameters().Length)
            throw Unresolvable(type, "it has several constructors with as many parameters");

        path.Push(type);
        try
        {
            object?[] arguments = [.. constructors[0].GetParameters().Select(p => Resolve(p.ParameterType))];
            object created = constructors[0].Invoke(System.Reflection.BindingFlags.DoNotWrapExceptions, null, arguments, null);
            objects[type] = created;
            if (created is IDisposable disposable)
                owned.Push(disposable);
            return created;
        }
        finally
        {
            path.Pop();
        }
    }

    private ObjectContainerException Unresolvable(Type type, string why) => new(
        $"{type.FullName} cannot be injected: {why}"
        + (path.Count == 0 ? "." : $" (wanted by {string.Join(" < ", path.Select(t => t.FullName))})."));

    private void NotResolved(Type type)
    {
        if (resolved.Contains(type))
            throw new ObjectContainerException($"{type.FullName} was resolved before; register it earlier.");
    }

    private static void Unnamed(string? name)
    {
        if (name is not null)
            throw new NotSupportedException("Named registrations are not supported by the offline profile.");
    }
}
