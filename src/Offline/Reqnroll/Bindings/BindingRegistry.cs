using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Reqnroll.Offline.Bindings;

/// <summary>All bindings of a run.</summary>
internal sealed class BindingRegistry
{
    private readonly List<string> errors = [];

    /// <summary>Reads the bindings of the types that are marked with <see cref="BindingAttribute"/>.</summary>
    public BindingRegistry(IEnumerable<Type> types)
    {
        const BindingFlags All = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        var methods = types.Where(type => type.IsDefined(typeof(BindingAttribute), inherit: true) && !type.IsAbstract | IsStatic(type))
            .SelectMany(type => type.GetMethods(All)).ToList();

        // The names of parameter types must be known before the expressions that use them are read.
        Transformations = [.. Read<StepArgumentTransformationAttribute, TransformationBinding>(methods, Transformation)
            .OrderBy(t => t.Order)];
        var parameterTypes = ParameterType.BuiltIn.ToDictionary(type => type.Name);
        foreach (var named in Transformations.Where(t => t.Name is not null))
            Try(named.Method, () => parameterTypes[named.Name!] = ParameterType.Custom(named.Name!, named.Regex));
        Steps = [.. Read<StepDefinitionBaseAttribute, StepBinding>(methods, (m, a) => Step(m, a, parameterTypes))];
        Hooks = [.. Read<HookAttribute, HookBinding>(methods, Hook)];
    }

    /// <summary>The step definitions.</summary>
    public IReadOnlyList<StepBinding> Steps { get; }

    /// <summary>The hooks.</summary>
    public IReadOnlyList<HookBinding> Hooks { get; }

    /// <summary>The transformations in the order in which they are tried.</summary>
    public IReadOnlyList<TransformationBinding> Transformations { get; }

    /// <summary>All hooks of a kind that apply to these tags, in the order in which they run.</summary>
    public IReadOnlyList<HookBinding> HooksFor(HookKind kind, IEnumerable<string> tags) =>
        [.. Hooks.Where(h => h.Kind == kind && h.AppliesTo(tags)).DistinctBy(h => h.Method).OrderBy(h => h.Order)];

    /// <summary>Throws where a binding is invalid.</summary>
    /// <exception cref="BindingException">Names every invalid binding.</exception>
    public void Validate()
    {
        if (errors.Count > 0)
            throw new BindingException(string.Join(Environment.NewLine, errors.Prepend("Binding error(s) found:")));
    }

    /// <summary>A method as messages name it.</summary>
    public static string Describe(MethodInfo method) =>
        $"{method.DeclaringType!.FullName}.{method.Name}"
        + $"({string.Join(", ", method.GetParameters().Select(p => p.ParameterType.Name))})";

    private static TransformationBinding Transformation(MethodInfo method, StepArgumentTransformationAttribute attribute) => new(
        method,
        Invocation.Awaited(method.ReturnType),
        attribute.Name,
        attribute.Regex is null ? null : WholeText(attribute.Regex),
        attribute.Order);

    private static StepBinding Step(
        MethodInfo method, StepDefinitionBaseAttribute attribute, IReadOnlyDictionary<string, ParameterType> types)
    {
        string source = attribute.Expression
            ?? throw new BindingException("it has no expression; method-name style is not supported");
        bool cucumber = attribute.ExpressionType == ExpressionType.CucumberExpression
            || (attribute.ExpressionType == ExpressionType.Unspecified && CucumberExpression.IsLikely(source));
        if (!cucumber)
            return new StepBinding(method, attribute.Types, source, WholeText(source), null);
        var expression = CucumberExpression.Parse(source, types);
        return new StepBinding(method, attribute.Types, source, expression.Regex, expression.Parameters);
    }

    private static HookBinding Hook(MethodInfo method, HookAttribute attribute)
    {
        var kind = attribute switch
        {
            BeforeTestRunAttribute => HookKind.BeforeTestRun,
            AfterTestRunAttribute => HookKind.AfterTestRun,
            BeforeFeatureAttribute => HookKind.BeforeFeature,
            AfterFeatureAttribute => HookKind.AfterFeature,
            BeforeScenarioAttribute => HookKind.BeforeScenario,
            AfterScenarioAttribute => HookKind.AfterScenario,
            BeforeStepAttribute => HookKind.BeforeStep,
            _ => HookKind.AfterStep,
        };
        if (kind <= HookKind.AfterFeature && !method.IsStatic)
            throw new BindingException($"a {kind} hook must be static");
        return new HookBinding(method, kind, [.. attribute.Tags.Select(tag => tag.TrimStart('@'))], attribute.Order);
    }

    private static Regex WholeText(string pattern) =>
        new((pattern.StartsWith('^') ? "" : "^") + pattern + (pattern.EndsWith('$') ? "" : "$"), RegexOptions.CultureInvariant);

    private static bool IsStatic(Type type) => type is { IsAbstract: true, IsSealed: true };

    private List<TBinding> Read<TAttribute, TBinding>(List<MethodInfo> methods, Func<MethodInfo, TAttribute, TBinding> read)
        where TAttribute : Attribute
    {
        var bindings = new List<TBinding>();
        foreach (var method in methods)
        {
            foreach (var attribute in method.GetCustomAttributes<TAttribute>())
            {
                Try(method, () =>
                {
                    if (method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute)))
                        throw new BindingException("it is async void; return a Task");
                    bindings.Add(read(method, attribute));
                });
            }
        }
        return bindings;
    }

    private void Try(MethodInfo method, Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is BindingException or ArgumentException)
        {
            errors.Add($"{Describe(method)}: {e.Message}");
        }
    }
}
