using System.Collections.Immutable;
using Hooktrail.Trails;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Report.Html;

/// <summary>Who is registered at the hooks of each host of a report; asked once a host.</summary>
internal sealed class Registered(Func<HostProfile, ImmutableArray<Registration>> ask)
{
    private readonly Dictionary<HostProfile, (ImmutableArray<Registration> All, string Key)> _known = new(ReferenceEqualityComparer.Instance);

    /// <summary>The registrations of a host, in the order in which they run.</summary>
    public ImmutableArray<Registration> Of(HostProfile host) => Ask(host).All;

    /// <summary>A text that is the same for hosts with the same registrations.</summary>
    public string Key(HostProfile host) => Ask(host).Key;

    /// <summary>Where a hook point is registered; null where nobody knows.</summary>
    public Registration? At(HostProfile host, HookPoint point) => Of(host).FirstOrDefault(one => one.Points.Contains(point));

    private (ImmutableArray<Registration> All, string Key) Ask(HostProfile host)
    {
        if (_known.TryGetValue(host, out var known))
            return known;
        var all = Asked(host);
        return _known[host] = (all, string.Join('\n', all.Select(one => $"{one.Family} {one.Hook} {one.Priority} {one.What} {one.Device} {string.Join(';', one.Points)}")));
    }

    /// <summary>A profile that the model refuses is shown without its hooks, rather than not at all.</summary>
    private ImmutableArray<Registration> Asked(HostProfile host)
    {
        try
        {
            return ask(host);
        }
        catch (HooktrailException)
        {
            return [];
        }
    }
}
