namespace Hooktrail.Hosts;

/// <summary>What one command of a snapshot printed.</summary>
/// <param name="Name">What it is about: <c>links</c>, <c>iptables-nft</c>.</param>
/// <param name="Command">The command as a user would type it.</param>
/// <param name="ExitCode">127 if the host has no such program.</param>
/// <param name="Lines">Its standard output.</param>
/// <param name="Errors">Its standard error, if it failed.</param>
public sealed record SnapshotPart(
    string Name, string Command, int ExitCode, ImmutableArray<string> Lines, ImmutableArray<string> Errors)
{
    public bool Succeeded => ExitCode == 0;

    public string Text => string.Join('\n', Lines);

    /// <summary>Why it could not be read, in a sentence; null if it could.</summary>
    public string? Failure => Succeeded ? null
        : $"\"{Command}\" failed with exit code {ExitCode.ToString(CultureInfo.InvariantCulture)}{(Errors.IsEmpty ? "" : $": {Errors[0].TrimEnd('.')}")}.";
}
