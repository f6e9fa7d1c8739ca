using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model;

/// <summary>A host whose kernel has any set of traits. It shows which differences between hosts matter.</summary>
public sealed class SupposedHost
{
    private readonly Host host;
    private readonly HostProfile profile;
    private readonly ImmutableHashSet<KernelTrait> traits;

    /// <exception cref="HooktrailException">The profile has a rule that no tool would install.</exception>
    public SupposedHost(HostProfile profile)
        : this(profile, [.. KernelTrait.All.Where(trait => trait.Holds(profile.Kernel))])
    {
    }

    private SupposedHost(HostProfile profile, ImmutableHashSet<KernelTrait> traits)
    {
        this.profile = profile;
        this.traits = traits;
        host = new(profile, new KernelTraits(traits));
    }

    public SupposedHost With(KernelTrait trait, bool holds) =>
        new(profile, holds ? traits.Add(trait) : traits.Remove(trait));

    /// <summary>The same kernel with another profile. The release that the profile names is ignored.</summary>
    /// <exception cref="HooktrailException">The profile has a rule that no tool would install.</exception>
    public SupposedHost With(Func<HostProfile, HostProfile> change) => new(change(profile), traits);

    /// <summary>Null where the flow or the leg does not come about on such a host.</summary>
    public Trail? Predict(Flow flow, Leg leg)
    {
        try
        {
            return Prediction.On(host, flow, leg);
        }
        catch (HooktrailException)
        {
            return null;
        }
    }

    public ImmutableArray<Registration> Hooks => HookMap.Of(host);
}
