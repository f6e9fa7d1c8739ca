using System.Collections.Immutable;
using Hooktrail.Trails;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model;

/// <summary>
/// A host whose kernel has any traits that one likes, whether or not a release has them together: what asks which of the differences between two
/// hosts makes a difference to a packet.
/// </summary>
public sealed class SupposedHost
{
    private readonly Host host;
    private readonly HostProfile profile;
    private readonly ImmutableHashSet<KernelTrait> traits;

    /// <summary>The host of a profile, with the traits of its kernel.</summary>
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

    /// <summary>The same host with a trait that it lacks, or without one that it has.</summary>
    public SupposedHost With(KernelTrait trait, bool holds) => new(profile, holds ? traits.Add(trait) : traits.Remove(trait));

    /// <summary>The same kernel under another profile, whose own kernel release is not heeded.</summary>
    /// <exception cref="HooktrailException">The profile has a rule that no tool would install.</exception>
    public SupposedHost With(Func<HostProfile, HostProfile> change) => new(change(profile), traits);

    /// <summary>Predicts the trail of one leg; null where the flow or the leg does not come about on such a host.</summary>
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

    /// <summary>Who is registered at which hook.</summary>
    public ImmutableArray<Registration> Hooks => HookMap.Of(host);
}
