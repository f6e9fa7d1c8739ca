using Hooktrail.Hosts;

namespace Hooktrail.Questions.Changes;

/// <summary>A user's host with the rules of another release of Docker, for the same networks and containers.</summary>
public static class HostDocker
{
    /// <summary>
    /// The host with the rules of the release in place of its own release's; without Docker's rules for null.
    /// </summary>
    /// <exception cref="HooktrailException">The host has no rule of Docker that Hooktrail knows.</exception>
    public static HostProfile With(HostProfile host, DockerRelease? release)
    {
        var all = (
            from one in Enum.GetValues<DockerRelease>()
            from proxy in (bool[])[true, false]
            select (Release: one, Proxy: proxy, Rules: Of(host, one, proxy))).ToList();
        var exchange = new DockerExchange(all.Select(one => one.Rules));
        var now = all.MinBy(one => exchange.Distance(host.Rules, one.Rules));
        if (!DockerExchange.HasAny(host.Rules, now.Rules))
            throw new HooktrailException(
                "This host has no rule of Docker that Hooktrail knows, so none can be exchanged; leave out --docker.");
        return host.WithRules(release is { } then
            ? exchange.Exchanged(host.Rules, all.First(one => (one.Release, one.Proxy) == (then, now.Proxy)).Rules)
            : exchange.Own(host.Rules));
    }

    private static RuleSet Of(HostProfile host, DockerRelease release, bool userlandProxy) =>
        DockerRules.Of(release, host.Topology, host.Rules, userlandProxy, HostNames.Instance);
}
