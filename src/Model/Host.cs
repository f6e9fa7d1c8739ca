using Hooktrail.Model.Accounting;
using Hooktrail.Model.Devices;
using Hooktrail.Model.Netfilter;
using Hooktrail.Model.Network;

namespace Hooktrail.Model;

/// <summary>What a host profile registers at which hook. Immutable, so one serves any number of packets.</summary>
internal sealed class Host
{
    private readonly Mutation? _mutation;
    private readonly Lazy<Host> _refusesNothing;
    private readonly Lazy<bool> _mayStopArp;
    private readonly Lazy<ImmutableArray<(ChainId Chain, Rule Rule)>> _refusesDiscovery;

    /// <summary>Without a <paramref name="mutation"/> the model is unchanged.</summary>
    /// <exception cref="HooktrailException">The profile has a rule that no tool would install.</exception>
    public Host(HostProfile profile, Mutation? mutation = null, Noting notes = Noting.Nothing)
        : this(profile, KernelTraits.For(profile.Kernel), mutation, notes)
    {
    }

    /// <summary>A host whose functions are watched: <paramref name="around"/> puts another around each.</summary>
    /// <exception cref="HooktrailException">The profile has a rule that no tool would install.</exception>
    public Host(HostProfile profile, Func<HookRegistration, HookRegistration> around)
        : this(profile) => Hooks = new HookTable(Registrations(Profile, Traits).Select(around));

    /// <summary>A host for any kernel, whatever release the profile names.</summary>
    public Host(HostProfile profile, KernelTraits traits, Mutation? mutation = null, Noting notes = Noting.Nothing)
    {
        _mutation = mutation;
        Notes = notes;
        profile = mutation?.Apply(profile) ?? profile;
        foreach (var chain in profile.Rules.Chains)
            Check(chain);
        Profile = profile;
        Wiring = Wiring.Of(profile.Topology);
        Traits = mutation?.Apply(traits) ?? traits;
        var registrations = Registrations(profile, Traits);
        Hooks = new HookTable(mutation?.Apply(registrations, profile) ?? registrations, profile.Rules);
        _mayStopArp = new(() => !profile.Topology.IsOfProfile && Hooks.All.Any(
            one => one.Family is Family.Arp or Family.Bridge or Family.Netdev
                && one.Points.Any(point => ChainActs.MayRefuse(point, profile.Rules))));
        _refusesDiscovery = new(() => DiscoveryRules.Of(profile));
        _refusesNothing = new(
            () => new Host(profile with { Rules = NoRefusals.In(profile.Rules) }, traits, mutation, notes));
    }

    public HostProfile Profile { get; }

    public Wiring Wiring { get; }

    public KernelTraits Traits { get; }

    /// <summary>Whether packets that come in by the device may go on to another host.</summary>
    public bool Forwards(Family family, string? device) => (Wiring.SettingsOf(device), family) switch
    {
        (null, Family.IPv6) => Profile.Ip6Forward,
        (null, _) => Profile.IpForward,
        (var own, Family.IPv6) => own.Forwarding6,
        (var own, _) => own.Forwarding,
    };

    public bool RoutesLocalnet(string? device) => Wiring.SettingsOf(device)?.RouteLocalnet ?? Profile.RouteLocalnet;

    public bool SendsRedirects(string? device) => Wiring.SettingsOf(device)?.SendRedirects ?? Profile.SendRedirects;

    public bool AcceptsLocal(string? device) => Wiring.SettingsOf(device)?.AcceptLocal ?? false;

    /// <summary>0: off; 1: the way back leads by the device; 2: by any device.</summary>
    public int RpFilter(string? device) => Wiring.SettingsOf(device)?.RpFilter ?? (Profile.RpFilter ? 1 : 0);

    public bool IsHairpin(string port) => Wiring.PortSettingsOf(port)?.Hairpin ?? Profile.Hairpin;

    /// <summary>Whether the bridge lets no frame pass between the two ports.</summary>
    public bool AreIsolated(string one, string other) =>
        Wiring.PortSettingsOf(one) is { Isolated: true } && Wiring.PortSettingsOf(other) is { Isolated: true };

    public Noting Notes { get; }

    /// <summary>The same host without a rule or a policy that refuses a packet; all else it does to packets stays.</summary>
    public Host RefusesNothing => _refusesNothing.Value;

    public HookTable Hooks { get; }

    /// <summary>
    /// Whether a chain that ARP crosses may do more than let it pass. The endpoints of a lab know each other.
    /// </summary>
    public bool MayStopArp => _mayStopArp.Value;

    /// <summary>The rules that name neighbour discovery and do more than let it pass.</summary>
    public ImmutableArray<(ChainId Chain, Rule Rule)> RefusesDiscovery => _refusesDiscovery.Value;

    /// <summary>Whether the host was built to show what happens without this statement.</summary>
    public bool IsWithout(Statement statement) => _mutation?.Without == statement;

    /// <summary>
    /// The registrations in their order: that which was read, or else first what a user registered before the first
    /// bridge, then br_netfilter, which comes with that bridge, then conntrack and the tables of the tools, and last
    /// what a user registered later.
    /// </summary>
    public static ImmutableArray<HookRegistration> Registrations(HostProfile profile, KernelTraits traits) =>
        RegisteredWhen.InOrder(Assumed(profile, traits), profile.Registered);

    private static ImmutableArray<HookRegistration> Assumed(HostProfile profile, KernelTraits traits) =>
    [
        .. NftChains.Registrations(profile, beforeBridges: true),
        .. BrNetfilter.Registrations(profile, traits),
        .. Conntrack.Registrations(profile),
        .. EbtablesTables.Registrations(profile, traits),
        .. ArptablesTables.Registrations(profile),
        .. IptablesTables.Registrations(profile),
        .. NatChains.Registrations(profile, traits),
        .. NftChains.Registrations(profile, beforeBridges: false),
    ];

    private static void Check(RuleChain chain)
    {
        foreach (var rule in chain.Rules)
            if (rule.Target is MasqueradeTarget or SnatTarget or DnatTarget or RedirectTarget
                && chain.Id.Layer is Layer.Iptables or Layer.Ip6tables && chain.Id.Table != "nat")
                throw new HooktrailException(
                    $"The rule \"{rule}\" is in the table {chain.Id.Table} of {chain.Id.Layer.Name()}, but addresses are rewritten only by the table nat; put it there.");
    }
}
