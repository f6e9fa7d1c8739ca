using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model;

/// <summary>A host whose kernel has any set of traits. It shows which differences between hosts matter.</summary>
public sealed class SupposedHost
{
    private readonly Host _host;
    private readonly HostProfile _profile;
    private readonly ImmutableHashSet<KernelTrait> _traits;

    /// <exception cref="HooktrailException">The profile has a rule that no tool would install.</exception>
    public SupposedHost(HostProfile profile)
        : this(profile, [.. KernelTrait.All.Where(trait => trait.Holds(profile.Kernel))])
    {
    }

    private SupposedHost(HostProfile profile, ImmutableHashSet<KernelTrait> traits)
    {
        _profile = profile;
        _traits = traits;
        _host = new(profile, new KernelTraits(traits));
    }

    public SupposedHost With(KernelTrait trait, bool holds) =>
        new(_profile, holds ? _traits.Add(trait) : _traits.Remove(trait));

    /// <summary>The same kernel with another profile. The release that the profile names is ignored.</summary>
    /// <exception cref="HooktrailException">The profile has a rule that no tool would install.</exception>
    public SupposedHost With(Func<HostProfile, HostProfile> change) => new(change(_profile), _traits);

    /// <summary>Null where the flow or the leg does not come about on such a host.</summary>
    public Trail? Predict(Flow flow, Leg leg)
    {
        try
        {
            return Prediction.On(_host, flow, leg);
        }
        catch (HooktrailException)
        {
            return null;
        }
    }

    public ImmutableArray<Registration> Hooks => HookMap.Of(_host);
}
