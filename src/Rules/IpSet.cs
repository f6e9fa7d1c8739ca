using Hooktrail.Rules.Reading;

namespace Hooktrail.Rules;

/// <summary>
/// A set of ipset with the entries that concern the lab, in its names: <c>create evil hash:ip family inet</c>,
/// <c>add evil client</c>. A set that a rule fills has no entries that could be known, and is left out.
/// </summary>
public sealed record IpSet(string Name, string Type, string? Family, ImmutableArray<IpSetEntry> Entries)
{
    /// <summary>As <c>ipset save</c> would print it.</summary>
    public IEnumerable<string> Lines =>
    [
        $"create {RuleTokens.Join([Name])} {Type}{(Family is null ? "" : $" family {Family}")}",
        .. Entries.Select(entry => $"add {RuleTokens.Join([Name])} {entry}"),
    ];

    public bool Equals(IpSet? other) =>
        other is not null
        && (Name, Type, Family) == (other.Name, other.Type, other.Family)
        && Entries.AsSpan().SequenceEqual(other.Entries.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Name, Type, Entries.Length);
}

/// <summary>
/// The parts of an entry, as ipset separates them by commas: <c>client,tcp:80</c>; and after how many seconds from the
/// reading it goes, 0 for never.
/// </summary>
public readonly record struct IpSetEntry(string Text, int Timeout)
{
    public override string ToString() =>
        Timeout == 0 ? Text : string.Create(CultureInfo.InvariantCulture, $"{Text} timeout {Timeout}");
}
