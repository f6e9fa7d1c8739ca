#nullable disable
namespace Reqnroll.BoDi;

/// <summary>The objects of a test run, feature or scenario. What one lacks is looked for in the one around it.</summary>
public interface IObjectContainer : IDisposable
{
    /// <summary>Makes <paramref name="instance"/> the object for <typeparamref name="TInterface"/>.</summary>
    /// <param name="instance">The object.</param>
    /// <param name="name">Not supported here: must be null.</param>
    /// <param name="dispose">Whether it is disposed with the container.</param>
    /// <exception cref="ObjectContainerException">The type was resolved before.</exception>
    void RegisterInstanceAs<TInterface>(TInterface instance, string name = null, bool dispose = false)
        where TInterface : class;

    /// <summary>Makes <typeparamref name="TType"/> the class to create for <typeparamref name="TInterface"/>.</summary>
    /// <param name="name">Not supported here: must be null.</param>
    void RegisterTypeAs<TType, TInterface>(string name = null)
        where TType : class, TInterface;

    /// <summary>The object for a type; a class that nobody registered is created, once in this container.</summary>
    T Resolve<T>();

    /// <summary>The object for a type; a class that nobody registered is created, once in this container.</summary>
    /// <param name="typeToResolve">The type.</param>
    /// <param name="name">Not supported here: must be null.</param>
    object Resolve(Type typeToResolve, string name = null);

    /// <summary>Whether the type is registered here.</summary>
    /// <param name="name">Not supported here: must be null.</param>
    bool IsRegistered<T>(string name = null);
}

/// <summary>An object that cannot be had, with the path of dependencies that led to it.</summary>
public class ObjectContainerException(string message) : Exception(message);
