namespace Hooktrail.Trails.Rules;

/// <summary>The rules that Docker installs.</summary>
public static class DockerRules
{
    /// <summary>Those of the lab's default.</summary>
    public static readonly RuleSet Default = RuleSet.Empty;
}
