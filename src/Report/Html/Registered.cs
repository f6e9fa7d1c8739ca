using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Hooktrail.Trails;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Report.Html;

/// <summary>Who is registered at the hooks of each host of a report; asked once a host.</summary>
internal sealed class Registered(Func<HostProfile, ImmutableArray<Registration>> ask)
{
    private readonly ConditionalWeakTable<HostProfile, object> _known = [];

    /// <summary>The registrations of a host, in the order in which they run.</summary>
    public ImmutableArray<Registration> Of(HostProfile host)
    {
        if (_known.TryGetValue(host, out var known))
            return (ImmutableArray<Registration>)known;
        var registrations = ask(host);
        _known.Add(host, registrations);
        return registrations;
    }

    /// <summary>Where a hook point is registered; null where nobody knows.</summary>
    public Registration? At(HostProfile host, HookPoint point) => Of(host).FirstOrDefault(one => one.Points.Contains(point));
}
