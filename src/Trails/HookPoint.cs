namespace Hooktrail.Trails;

/// <summary>A place where a rule can see a packet, under the tools' names: <c>iptables nat POSTROUTING</c>.</summary>
public readonly record struct HookPoint(Layer Layer, string Table, string Chain)
{
    public override string ToString() => $"{Layer.Name()} {Table} {Chain}";
}
