using System.Reflection;

namespace Reqnroll.Offline.Bindings;

/// <summary>Calls of binding methods, be they synchronous, a Task or a ValueTask.</summary>
internal static class Invocation
{
    /// <summary>The type that awaiting this one gives.</summary>
    public static Type Awaited(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() is var g && (g == typeof(Task<>) || g == typeof(ValueTask<>))
            ? type.GetGenericArguments()[0]
            : type;

    /// <summary>Calls a method, awaits it and gives its result; null for none.</summary>
    public static async Task<object?> InvokeAsync(MethodInfo method, object? target, object?[] arguments)
    {
        object? result = method.Invoke(target, BindingFlags.DoNotWrapExceptions, null, arguments, null);
        if (result is ValueTask valueTask)
        {
            await valueTask;
            return null;
        }
        if (result is not null && result.GetType() is { IsGenericType: true } type
            && type.GetGenericTypeDefinition() == typeof(ValueTask<>))
        {
            result = type.GetMethod(nameof(ValueTask<>.AsTask))!.Invoke(result, null);
        }
        if (result is not Task task)
            return result;
        await task;
        return Awaited(method.ReturnType) == method.ReturnType ? null : task.GetType().GetProperty("Result")!.GetValue(task);
    }
}
