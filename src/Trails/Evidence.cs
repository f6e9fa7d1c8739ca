namespace Hooktrail.Trails;

/// <summary>One record from which a hop was built.</summary>
/// <param name="Hop">The number of the hop in the observed trail, from 1; 0 if the record belongs to none.</param>
/// <param name="Channel">
/// Where the record came from: <see cref="KernelLog"/>, <see cref="Nflog"/>, or the foreign trace that was imported; or
/// <see cref="Unproven"/>.
/// </param>
/// <param name="Number">
/// The record's number in that channel: in the kernel log its sequence number in /dev/kmsg, in NFLOG its number in the
/// log group, in an imported trace its line.
/// </param>
/// <param name="Line">The record's text, without the time.</param>
public sealed record Evidence(int Hop, string Channel, ulong Number, string Line)
{
    /// <summary>The kernel log, where LOG rules write.</summary>
    public const string KernelLog = "kernel log";

    /// <summary>The log group of a private nft table (nfnetlink_log).</summary>
    public const string Nflog = "nflog";

    /// <summary>No record: the line says what the hop's records do not prove.</summary>
    public const string Unproven = "not proven";

    public override string ToString() => $"#{Number} {Line}";
}
