namespace Reqnroll.Bindings;

/// <summary>The kinds of step; And and But take the kind of the step before them.</summary>
public enum StepDefinitionType
{
    /// <summary>A precondition.</summary>
    Given,

    /// <summary>An action.</summary>
    When,

    /// <summary>An outcome.</summary>
    Then,
}
