#nullable disable
namespace Reqnroll;

/// <summary>Marks a method that turns a step argument (text or table) into the type that it returns.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public class StepArgumentTransformationAttribute : Attribute
{
    /// <summary>The order of a transformation that states none.</summary>
    public const int DefaultOrder = 10000;

    /// <summary>A transformation of every argument for which the returned type is wanted.</summary>
    public StepArgumentTransformationAttribute()
    {
    }

    /// <summary>A transformation of the arguments that match <paramref name="regex"/>.</summary>
    /// <param name="regex">For the whole argument; its groups are the parameters of the method.</param>
    /// <param name="order">Lower numbers are tried first.</param>
    public StepArgumentTransformationAttribute(string regex, int order = DefaultOrder)
    {
        Regex = regex;
        Order = order;
    }

    /// <summary>For the whole argument; its groups are the parameters of the method.</summary>
    public string Regex { get; set; }

    /// <summary>The name of the parameter type in Cucumber expressions.</summary>
    public string Name { get; set; }

    /// <summary>Lower numbers are tried first.</summary>
    public int Order { get; set; }
}
