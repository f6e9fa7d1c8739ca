using System.Text.RegularExpressions;

namespace Reqnroll.Offline.Bindings;

/// <summary>A parameter type of Cucumber expressions.</summary>
/// <param name="Name">As it stands in braces.</param>
/// <param name="Pattern">A regular expression that captures the argument.</param>
/// <param name="Groups">How many groups <paramref name="Pattern"/> has.</param>
internal sealed record ParameterType(string Name, string Pattern, int Groups)
{
    /// <summary>The name of the type for text in quotation marks.</summary>
    public const string String = "string";

    private const string Integer = @"(-?\d+)";
    private const string Number = @"([+-]?(?:\d+(?:[.,]\d+)*|[.,]\d+)(?:[eE][+-]?\d+)?)";

    /// <summary>Those that every expression may use.</summary>
    public static IEnumerable<ParameterType> BuiltIn { get; } =
    [
        new("", "(.*)", 1),
        new("word", @"([^\s]+)", 1),
        // A group for each kind of quotation mark, of which one holds the argument, and one in each for what is escaped.
        new(String, """("([^"\\]*(\\.[^"\\]*)*)"|'([^'\\]*(\\.[^'\\]*)*)')""", 5),
        .. from name in new[] { "byte", "short", "int", "long" } select new ParameterType(name, Integer, 1),
        .. from name in new[] { "float", "double", "decimal" } select new ParameterType(name, Number, 1),
    ];

    /// <summary>One that a transformation defines.</summary>
    /// <exception cref="BindingException">Its regular expression has named groups.</exception>
    public static ParameterType Custom(string name, Regex? regex)
    {
        // Named groups are numbered after all others, so the groups of the expression could no longer be told apart.
        if (regex?.GetGroupNames().Any(group => !int.TryParse(group, out _)) == true)
            throw new BindingException($"the parameter type {{{name}}} has named groups, which are not supported");
        string pattern = regex?.ToString().TrimStart('^').TrimEnd('$') ?? ".*";
        return new ParameterType(name, $"({pattern})", regex?.GetGroupNumbers().Length ?? 1);
    }
}
