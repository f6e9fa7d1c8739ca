// Reqnroll's API is not annotated for null; neither is this, so that step code sees the same warnings in both profiles.
#nullable disable
using Reqnroll.Bindings;

namespace Reqnroll;

/// <summary>Marks a class that holds step definitions, hooks or argument transformations.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
public class BindingAttribute : Attribute;

/// <summary>How the expression of a step definition is to be read.</summary>
public enum ExpressionType
{
    /// <summary>Told from the expression itself.</summary>
    Unspecified,

    /// <summary>A Cucumber expression.</summary>
    CucumberExpression,

    /// <summary>A regular expression.</summary>
    RegularExpression,
}

/// <summary>What all step definitions share: an expression and the kinds of step that it is for.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public abstract class StepDefinitionBaseAttribute : Attribute
{
    /// <summary>Binds <paramref name="expression"/> to the steps of the given <paramref name="types"/>.</summary>
    protected StepDefinitionBaseAttribute(string expression, StepDefinitionType[] types)
    {
        Expression = expression;
        Types = types;
    }

    /// <summary>The kinds of step.</summary>
    public StepDefinitionType[] Types { get; }

    /// <summary>A Cucumber expression or a regular expression for the whole text of the step.</summary>
    public string Expression { get; set; }

    /// <summary>Which of the two <see cref="Expression"/> is.</summary>
    public ExpressionType ExpressionType { get; set; } = ExpressionType.Unspecified;
}

/// <summary>A step definition for Given steps.</summary>
public class GivenAttribute(string expression) : StepDefinitionBaseAttribute(expression, [StepDefinitionType.Given]);

/// <summary>A step definition for When steps.</summary>
public class WhenAttribute(string expression) : StepDefinitionBaseAttribute(expression, [StepDefinitionType.When]);

/// <summary>A step definition for Then steps.</summary>
public class ThenAttribute(string expression) : StepDefinitionBaseAttribute(expression, [StepDefinitionType.Then]);

/// <summary>A step definition for every kind of step.</summary>
public class StepDefinitionAttribute(string expression) : StepDefinitionBaseAttribute(
    expression, [StepDefinitionType.Given, StepDefinitionType.When, StepDefinitionType.Then]);
