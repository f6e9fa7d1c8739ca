using Hooktrail.Model;

namespace Hooktrail.Judging.Comparison.Hosts;

/// <summary>
/// All differences of two hosts that may decide a trail. Together they turn the earlier host into the later
/// one, as far as packets can show.
/// </summary>
internal sealed class HostDifferences
{
    private const string ProxysAnswers = "the proxy answers a datagram from the address that was asked";

    private readonly Lazy<ImmutableArray<HostDifference>> _rules;

    private HostDifferences(HostProfile before, HostProfile after)
    {
        Docker = DockerDifferences.Between(before, after);
        Rules = RuleDifferences.Whole(before, after) is { } rules ? OfDocker(rules) : null;
        All =
        [
            .. Kernel(before.Kernel, after.Kernel),
            .. Backends(before, after),
            .. Docker,
            .. Switches(before, after),
            .. Published(before, after),
            .. Registered(before.Registered, after.Registered),
            .. Rules is { } whole ? [whole] : ImmutableArray<HostDifference>.Empty,
        ];
        _rules = new(() => RuleDifferences.Parts(before.Rules, after.Rules));
    }

    /// <summary>The differences; all rules together count as one.</summary>
    public ImmutableArray<HostDifference> All { get; }

    /// <summary>What the releases of Docker in between changed, each by itself.</summary>
    public ImmutableArray<HostDifference> Docker { get; }

    /// <summary>
    /// The differences without all rules together, where those are told one by one by what Docker changed.
    /// </summary>
    public ImmutableArray<HostDifference> Named => Docker.IsEmpty || Rules is null ? All : All.Remove(Rules);

    /// <summary>Null if both hosts have the same rules.</summary>
    public HostDifference? Rules { get; }

    /// <summary>The rules' differences one by one; none if there are too many to try.</summary>
    public ImmutableArray<HostDifference> RulesApart => _rules.Value;

    public static HostDifferences Between(HostProfile before, HostProfile after) => new(before, after);

    private static IEnumerable<HostDifference> Kernel(KernelVersion before, KernelVersion after) =>
        from trait in KernelTrait.All
        let holds = trait.Holds(after)
        where trait.Holds(before) != holds
        let since = trait.Since.FirstFor(holds ? after : before)
        select new HostDifference(
            holds ? $"Linux {since}: {trait.Name}" : $"before Linux {since}, not yet: {trait.Name}",
            $"From Linux {trait.Since} on: {trait.Says}", trait.Source,
            host => host.With(trait, holds));

    private static IEnumerable<HostDifference> Backends(HostProfile before, HostProfile after)
    {
        if (before.Iptables != after.Iptables)
            yield return Of(
                $"iptables: {before.Iptables.Name()} → {after.Iptables.Name()}",
                HostStatements.IptablesBackend,
                host => host with { Iptables = after.Iptables });
        if (before.Ebtables != after.Ebtables)
            yield return Of(
                $"ebtables: {before.Ebtables.Name()} → {after.Ebtables.Name()}",
                HostStatements.EbtablesBackend,
                host => host with { Ebtables = after.Ebtables });
    }

    private IEnumerable<HostDifference> Switches(HostProfile before, HostProfile after) =>
        from one in Switch.All
        let now = one.Read(after)
        where one.Read(before) != now
        let difference = Of(TitleOf(one, now), StatementOf(one), host => one.Write(host, now))
        select IsOfRules(one) ? OfDocker(difference) : difference;

    // What follows from another release is no alternative to it.
    private HostDifference OfDocker(HostDifference difference) =>
        Docker.IsEmpty ? difference : difference with { Subject = DockerDifferences.Subject };

    private static bool IsOfRules(Switch one) => one.Name is "conntrack" or "conntrack6";

    private static string TitleOf(Switch one, bool now) => (one.Name, now) switch
    {
        ("userland-proxy-pktinfo", true) => $"Docker 28.0: {ProxysAnswers}",
        ("userland-proxy-pktinfo", false) => $"before Docker 28.0, not yet: {ProxysAnswers}",
        _ => $"{one.Name}: {(now ? "0 → 1" : "1 → 0")}",
    };

    private static Statement? StatementOf(Switch one) => one.Name switch
    {
        "broute" => HostStatements.Broute,
        "br_netfilter" => HostStatements.BrNetfilter,
        "conntrack" or "conntrack6" => HostStatements.Conntrack,
        "userland-proxy-pktinfo" => HostStatements.ProxyPktinfo,
        _ => null,
    };

    // An order that was not read differs from none.
    private static IEnumerable<HostDifference> Registered(RegistrationOrder before, RegistrationOrder after)
    {
        if (!before.IsAssumed && !after.IsAssumed && before != after)
            yield return Of(
                "the order of registration",
                HostStatements.Registration,
                host => host with { Registered = after });
    }

    private static IEnumerable<HostDifference> Published(HostProfile before, HostProfile after)
    {
        if (!before.Published.AsSpan().SequenceEqual(after.Published.AsSpan()))
            yield return Of("the published ports", null, host => host with { Published = after.Published });
        if ((before.Sockets is not null || after.Sockets is not null)
            && !before.AllSockets.AsSpan().SequenceEqual(after.AllSockets.AsSpan()))
            yield return Of(
                "the sockets on published ports",
                HostStatements.HeldPorts,
                host => host with { Sockets = after.AllSockets });
    }

    private static HostDifference Of(string title, Statement? statement, Func<HostProfile, HostProfile> change) =>
        new(title, statement?.Says, statement?.Source, host => host.With(change));
}
