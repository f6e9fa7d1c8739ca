using System.Reflection;
using System.Text.RegularExpressions;
using Reqnroll.Bindings;
using Reqnroll.Offline.Features;

namespace Reqnroll.Offline.Bindings;

/// <summary>A step definition.</summary>
/// <param name="Method">What it runs.</param>
/// <param name="Kinds">The kinds of step that it is for.</param>
/// <param name="Source">The expression as written.</param>
/// <param name="Regex">For the whole text of a step.</param>
/// <param name="Parameters">The parameter types of a Cucumber expression; null for a regular expression.</param>
internal sealed record StepBinding(
    MethodInfo Method,
    IReadOnlyList<StepDefinitionType> Kinds,
    string Source,
    Regex Regex,
    IReadOnlyList<ParameterType>? Parameters)
{
    /// <summary>How this definition fits a step, or null where it does not.</summary>
    public StepMatch? Match(PickleStep step)
    {
        if (!Kinds.Contains(step.Kind) || Regex.Match(step.Text) is not { Success: true } match)
            return null;
        var groups = match.Groups.Cast<Group>().Skip(1).ToList();
        return new StepMatch(this, Parameters is null ? [.. groups.Select(g => new StepArgument(g, new GroupTree(g), null))] : ByType(groups));
    }

    private List<StepArgument> ByType(List<Group> groups)
    {
        var arguments = new List<StepArgument>();
        int next = 0;
        foreach (var type in Parameters!)
        {
            var own = groups.GetRange(next, type.Groups);
            next += type.Groups;
            // Of a text in quotation marks, the argument is what stands between them.
            arguments.Add(own is [var text, var inDouble, var escaped, var inSingle, var escapedToo] && type.Name == ParameterType.String
                ? new StepArgument(
                    inDouble.Success ? inDouble : inSingle,
                    new GroupTree(text, new(inDouble, new GroupTree(escaped)), new(inSingle, new GroupTree(escapedToo))),
                    type.Name)
                : new StepArgument(own[0], new GroupTree(own[0], [.. own[1..].Select(g => new GroupTree(g))]), type.Name));
        }
        return arguments;
    }
}

/// <summary>An argument that the text of a step holds.</summary>
/// <param name="Value">The argument.</param>
/// <param name="Groups">The group that captured it, with the groups inside.</param>
/// <param name="TypeName">The parameter type; null for a regular expression.</param>
internal sealed record StepArgument(Group Value, GroupTree Groups, string? TypeName);

/// <summary>A group of a match and the groups inside.</summary>
internal sealed record GroupTree(Group Group, params GroupTree[] Children);

/// <summary>A step definition that fits a step.</summary>
internal sealed record StepMatch(StepBinding Binding, IReadOnlyList<StepArgument> Arguments)
{
    /// <summary>The arguments of the call, not yet converted: those in the text, then doc string or table.</summary>
    public IReadOnlyList<object> Values(PickleStep step, Table? table)
    {
        // As in Reqnroll, an optional group that took no part is no argument.
        var values = Arguments.Where(a => a.Value.Success).Select(object (a) => a.Value.Value).ToList();
        if (step.DocString is not null)
            values.Add(step.DocString);
        if (table is not null)
            values.Add(table);
        return values;
    }
}
