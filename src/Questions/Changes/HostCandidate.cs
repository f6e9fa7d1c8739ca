namespace Hooktrail.Questions.Changes;

/// <summary>A change that may be enough.</summary>
/// <param name="Command">As one types it; it does to the model's host just what it says.</param>
internal sealed record HostCandidate(string Command)
{
    /// <summary>The host with the change; null where the tool would refuse it.</summary>
    public HostProfile? Apply(HostProfile host)
    {
        try
        {
            return HostCommand.Apply(host, Command);
        }
        catch (HooktrailException)
        {
            return null;
        }
    }
}
