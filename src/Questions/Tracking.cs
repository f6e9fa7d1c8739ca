using Hooktrail.Model;

namespace Hooktrail.Questions;

/// <summary>Whether the host tracks the connection that a question is about, and so where its NAT comes from.</summary>
/// <param name="IsTracked">Null if the connections of the host were not read.</param>
/// <param name="Says">The same in a sentence.</param>
public sealed record Tracking(bool? IsTracked, string Says)
{
    private const string ByRules = "the NAT is that of the present rules";

    /// <summary>For a flow that is established; null for any other.</summary>
    /// <exception cref="HooktrailException">The packets of the question never meet the host.</exception>
    internal static Tracking? Of(HostProfile profile, Flow flow)
    {
        if (!flow.IsEstablished)
            return null;
        if (!flow.HasPorts || profile.Tracked is not { } tracked)
            return new(
                null,
                "the connection's first packet was let through when it came, and NAT made of it what the rules make of it now");
        var alike = Prediction.Tracked(profile, flow);
        return alike.Where(one => one.Zone == 0).ToList() switch
        {
            [_] => new(true, "the host tracks this connection; its NAT and mark are those of the entry"),
            [var first, .. var others] => new(
                true,
                $"the host tracks this connection, and others between the same ends with another NAT or mark ({others.Count.ToString(CultureInfo.InvariantCulture)}); this is the one from port {first.Original.Source.Port.ToString(CultureInfo.InvariantCulture)}"),
            _ when alike is [{ Zone: var zone }, ..] => new(
                false,
                $"the host tracks this connection only in zone {zone.ToString(CultureInfo.InvariantCulture)}, where the packet is not looked up; {ByRules}"),
            _ when tracked.HasMore => new(
                false,
                $"the host tracks no such connection among the first {tracked.All.Length.ToString("N0", CultureInfo.InvariantCulture)}, which the snapshot has; {ByRules}"),
            _ => new(false, $"the host tracks no such connection; {ByRules}"),
        };
    }
}
