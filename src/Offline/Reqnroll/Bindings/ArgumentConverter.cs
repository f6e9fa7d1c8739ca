using System.ComponentModel;
using System.Globalization;
using Reqnroll.BoDi;

namespace Reqnroll.Offline.Bindings;

/// <summary>Turns the text or table of a step into what the parameter wants.</summary>
internal sealed class ArgumentConverter(IReadOnlyList<TransformationBinding> transformations)
{
    /// <summary>Whether <paramref name="value"/> can become a <paramref name="type"/>; runs no transformation.</summary>
    public bool CanConvert(object value, Type type)
    {
        if (Find(value, type, null) is not null || type.IsInstanceOfType(value))
            return true;
        try
        {
            Simple(value, type);
            return true;
        }
        catch (BindingException)
        {
            return false;
        }
    }

    /// <summary>The value as a <paramref name="type"/>.</summary>
    /// <exception cref="BindingException">There is no way to convert it.</exception>
    public async Task<object?> ConvertAsync(
        object value, Type type, IObjectContainer container, TransformationBinding? within = null)
    {
        if (Find(value, type, within) is not { } transformation)
            return type.IsInstanceOfType(value) ? value : Simple(value, type);

        var parameters = transformation.Method.GetParameters();
        List<object> inputs = transformation.Regex is { } regex && value is string text
            ? [.. regex.Match(text).Groups.Values.Skip(1).Select(g => g.Value)]
            : [value];
        if (transformation.Regex is not null && inputs.Count == 0)
            inputs = [value];
        if (inputs.Count != parameters.Length)
        {
            throw new BindingException(
                $"{BindingRegistry.Describe(transformation.Method)} is given {inputs.Count} values, but takes {parameters.Length}.");
        }
        object?[] arguments = new object?[inputs.Count];
        for (int i = 0; i < arguments.Length; i++)
            arguments[i] = await ConvertAsync(inputs[i], parameters[i].ParameterType, container, transformation);
        object? target = transformation.Method.IsStatic ? null : container.Resolve(transformation.Method.ReflectedType!);
        return await Invocation.InvokeAsync(transformation.Method, target, arguments);
    }

    private TransformationBinding? Find(object value, Type type, TransformationBinding? within) =>
        transformations.FirstOrDefault(t => t != within && t.Target == type && Takes(t, value));

    private static bool Takes(TransformationBinding transformation, object value)
    {
        if (transformation.Regex is not null && value is string text)
            return transformation.Regex.IsMatch(text);
        bool wantsTable = transformation.Method.GetParameters() is [var first, ..]
            && typeof(Table).IsAssignableFrom(first.ParameterType);
        return wantsTable == value is Table;
    }

    private static object? Simple(object value, Type type)
    {
        try
        {
            var target = Nullable.GetUnderlyingType(type) ?? type;
            return value switch
            {
                Table table when type == typeof(DataTable) => DataTable.FromTable(table),
                string text when target.IsEnum => Enum.Parse(target, text.Replace(" ", ""), ignoreCase: true),
                string text when TypeDescriptor.GetConverter(type) is var converter && converter.CanConvertFrom(typeof(string)) =>
                    converter.ConvertFromInvariantString(text),
                _ => Convert.ChangeType(value, type, CultureInfo.InvariantCulture),
            };
        }
        catch (Exception e) when (e is InvalidCastException or FormatException or OverflowException or ArgumentException)
        {
            string what = value is Table ? "the table" : $"'{value}'";
            throw new BindingException(
                $"Cannot convert {what} to {type.FullName}: {e.Message} A [StepArgumentTransformation] can say how.");
        }
    }
}
