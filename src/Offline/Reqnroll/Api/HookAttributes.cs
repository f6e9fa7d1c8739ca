#nullable disable
namespace Reqnroll;

/// <summary>What all hooks share: an order and a filter by tags.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public abstract class HookAttribute : Attribute
{
    /// <summary>The order of a hook that states none.</summary>
    public const int DefaultOrder = 10000;

    private protected HookAttribute(string[] tags) => Tags = tags;

    /// <summary>The hook runs where one of these tags is present, and always where there are none.</summary>
    public string[] Tags { get; }

    /// <summary>Lower numbers run first among the hooks of one kind.</summary>
    public int Order { get; set; } = DefaultOrder;
}

/// <summary>Runs once, before everything. The method must be static.</summary>
public class BeforeTestRunAttribute() : HookAttribute([]);

/// <summary>Runs once, after everything. The method must be static.</summary>
public class AfterTestRunAttribute() : HookAttribute([]);

/// <summary>Runs before the first scenario of a feature. The method must be static.</summary>
public class BeforeFeatureAttribute(params string[] tags) : HookAttribute(tags);

/// <summary>Runs after the last scenario of a feature. The method must be static.</summary>
public class AfterFeatureAttribute(params string[] tags) : HookAttribute(tags);

/// <summary>Runs before each scenario.</summary>
public class BeforeScenarioAttribute(params string[] tags) : HookAttribute(tags);

/// <summary>Another name for <see cref="BeforeScenarioAttribute"/>.</summary>
public class BeforeAttribute(params string[] tags) : BeforeScenarioAttribute(tags);

/// <summary>Runs after each scenario, whatever its outcome.</summary>
public class AfterScenarioAttribute(params string[] tags) : HookAttribute(tags);

/// <summary>Another name for <see cref="AfterScenarioAttribute"/>.</summary>
public class AfterAttribute(params string[] tags) : AfterScenarioAttribute(tags);

/// <summary>Runs before each step that is going to be executed.</summary>
public class BeforeStepAttribute(params string[] tags) : HookAttribute(tags);

/// <summary>Runs after each step that was executed, whatever its outcome.</summary>
public class AfterStepAttribute(params string[] tags) : HookAttribute(tags);
