namespace Hooktrail.Records;

/// <summary>The files of a run that another program reads while the run goes on.</summary>
public static class RunFiles
{
    /// <summary>
    /// Has a line for each scenario that has ended, from which <c>kernels run</c> knows how far a guest is. The script
    /// environments/prepare/tests.sh names it too: it removes an earlier run's, and does not list it as a result.
    /// </summary>
    public const string EndedScenarios = "scenarios.txt";
}
