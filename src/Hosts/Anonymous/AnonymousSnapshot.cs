namespace Hooktrail.Hosts.Anonymous;

/// <summary>
/// A snapshot for a bug report: documentation addresses stand for public ones and for MAC addresses, and numbers for
/// the names of host, containers, projects, services and networks; comments and prefixes of logs are gone. What decides
/// a packet's way stays.
/// </summary>
/// <remarks>Names of devices, chains and sets stay. An anonymous snapshot does not change if this is done again.</remarks>
public static class AnonymousSnapshot
{
    /// <exception cref="HooktrailException">
    /// A rule asks for what no documentation address has, such as some bits of a MAC address.
    /// </exception>
    public static Snapshot Of(Snapshot snapshot)
    {
        var all = new Collected();
        var collecting = new LineRewriting(all);
        foreach (var part in snapshot.Parts)
            collecting.Rewrite(part);
        var rewriting = new LineRewriting(new Documented(all));
        return new([.. snapshot.Parts.Select(rewriting.Rewrite)]);
    }
}
