using Hooktrail.Trails.Accounts;

namespace Hooktrail.Report.Html;

/// <summary>The registrations of each host in a report; each host is looked up once.</summary>
internal sealed class Registered(Func<HostProfile, ImmutableArray<Registration>> ask)
{
    private readonly Dictionary<HostProfile, (ImmutableArray<Registration> All, string Key)> _known =
        new(ReferenceEqualityComparer.Instance);

    /// <summary>In the order in which they run.</summary>
    public ImmutableArray<Registration> Of(HostProfile host) => Ask(host).All;

    /// <summary>Equal for hosts with the same registrations.</summary>
    public string Key(HostProfile host) => Ask(host).Key;

    /// <summary>Null if unknown.</summary>
    public Registration? At(HostProfile host, HookPoint point) =>
        Of(host).FirstOrDefault(one => one.Points.Contains(point));

    private (ImmutableArray<Registration> All, string Key) Ask(HostProfile host)
    {
        if (_known.TryGetValue(host, out var known))
            return known;
        var all = Asked(host);
        return _known[host] = (all, string.Join('\n', all.Select(
            one => $"{one.Family} {one.Hook} {one.Priority} {one.What} {one.Device} {string.Join(';', one.Points)}")));
    }

    /// <summary>If the model refuses a profile, the report shows it without its hooks.</summary>
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
