namespace Hooktrail.Trails;

/// <summary>
/// A place where a rule can see a packet: <c>iptables nat POSTROUTING</c>. Table names are those of the tools, chains are
/// the built-in ones.
/// </summary>
public readonly record struct HookPoint(Layer Layer, string Table, string Chain)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Layer.Name()} {Table} {Chain}";
}
