#nullable disable
using System.Collections.Specialized;
using Reqnroll.Bindings;
using Reqnroll.BoDi;

namespace Reqnroll;

/// <summary>How far a scenario or step has come; of two failures the later in this list counts.</summary>
public enum ScenarioExecutionStatus
{
    /// <summary>Nothing failed.</summary>
    OK,

    /// <summary>A step is yet to be written.</summary>
    StepDefinitionPending,

    /// <summary>A step has no definition.</summary>
    UndefinedStep,

    /// <summary>A step definition is ambiguous or does not fit its step.</summary>
    BindingError,

    /// <summary>A step or hook failed.</summary>
    TestError,

    /// <summary>A step or hook called for the scenario to be skipped.</summary>
    Skipped,
}

/// <summary>What a scenario says of itself.</summary>
public class ScenarioInfo
{
    internal ScenarioInfo(
        string title, string description, string[] tags, string[] inheritedTags, IOrderedDictionary arguments)
    {
        Title = title;
        Description = description;
        Tags = tags;
        CombinedTags = [.. tags, .. inheritedTags];
        Arguments = arguments;
    }

    /// <summary>The tags of the scenario and of its examples, without @.</summary>
    public string[] Tags { get; }

    /// <summary><see cref="Tags"/> and those inherited from feature and rule.</summary>
    public string[] CombinedTags { get; }

    /// <summary>The row of the examples, by column; empty for a plain scenario.</summary>
    public IOrderedDictionary Arguments { get; }

    /// <summary>The name after «Scenario:».</summary>
    public string Title { get; }

    /// <summary>The text below the title.</summary>
    public string Description { get; }
}

/// <summary>What a rule says of itself.</summary>
public class RuleInfo
{
    internal RuleInfo(string title, string description, string[] tags)
    {
        Title = title;
        Description = description;
        Tags = tags;
    }

    /// <summary>The name after «Rule:».</summary>
    public string Title { get; }

    /// <summary>The text below the title.</summary>
    public string Description { get; }

    /// <summary>The tags of the rule itself, without @.</summary>
    public string[] Tags { get; }
}

/// <summary>What the steps and hooks of one scenario share.</summary>
public class ScenarioContext : ReqnrollContext
{
    internal ScenarioContext(ScenarioInfo info, RuleInfo rule, IObjectContainer container)
    {
        ScenarioInfo = info;
        RuleInfo = rule;
        ScenarioContainer = container;
    }

    /// <summary>The scenario.</summary>
    public ScenarioInfo ScenarioInfo { get; }

    /// <summary>The rule that it illustrates, or null.</summary>
    public RuleInfo RuleInfo { get; }

    /// <summary>The objects of this scenario.</summary>
    public IObjectContainer ScenarioContainer { get; }

    /// <summary>How far it has come.</summary>
    public ScenarioExecutionStatus ScenarioExecutionStatus { get; internal set; }

    /// <summary>The step that runs, or null between steps.</summary>
    public ScenarioStepContext StepContext { get; internal set; }
}

/// <summary>What a step says of itself.</summary>
public class StepInfo
{
    internal StepInfo(StepDefinitionType type, string text, Table table, string multilineText)
    {
        StepDefinitionType = type;
        Text = text;
        Table = table;
        MultilineText = multilineText;
    }

    /// <summary>The kind of step.</summary>
    public StepDefinitionType StepDefinitionType { get; }

    /// <summary>The text after the keyword.</summary>
    public string Text { get; }

    /// <summary>The table below the step, or null.</summary>
    public Table Table { get; }

    /// <summary>The doc string below the step, or null.</summary>
    public string MultilineText { get; }
}

/// <summary>A step that runs, for its hooks.</summary>
public class ScenarioStepContext : ReqnrollContext
{
    internal ScenarioStepContext(StepInfo info) => StepInfo = info;

    /// <summary>The step.</summary>
    public StepInfo StepInfo { get; }

    /// <summary>How it ended.</summary>
    public ScenarioExecutionStatus Status { get; internal set; }

    /// <summary>The error that failed it, or null.</summary>
    public Exception StepError { get; internal set; }
}
