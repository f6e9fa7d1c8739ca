namespace Hooktrail.Questions.Changes;

/// <summary>A change that may be enough.</summary>
/// <param name="Command">As one types it.</param>
/// <param name="Change">What it does to a host.</param>
internal sealed record HostCandidate(string Command, Func<HostProfile, HostProfile> Change)
{
    /// <summary>The command of a tool, which does to the model's host just what it says.</summary>
    public static HostCandidate Of(string command) => new(command, host => HostCommand.Apply(host, command));

    /// <summary>Null where the tool would refuse it.</summary>
    public HostProfile? Apply(HostProfile host)
    {
        try
        {
            return Change(host);
        }
        catch (HooktrailException)
        {
            return null;
        }
    }
}
