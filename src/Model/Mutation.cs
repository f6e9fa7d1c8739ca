using System.Collections.Immutable;
using Hooktrail.Model.Netfilter;
using Hooktrail.Trails;

namespace Hooktrail.Model;

/// <summary>
/// One change of the model: a statement that no longer holds, or a registration that is gone or has moved. If no leg that is run
/// notices, nothing checks what the model says there.
/// </summary>
public sealed record Mutation
{
    private Mutation(string what) => What = what;

    /// <summary>What is changed, in words.</summary>
    public string What { get; }

    /// <summary>The statement that does not hold; null for the others.</summary>
    internal Statement? Without { get; private init; }

    /// <summary>The name of the registration that is gone or has moved.</summary>
    private string? Registration { get; init; }

    private Family Family { get; init; }

    private Hook Hook { get; init; }

    /// <summary>Its new priority; null where it is gone.</summary>
    private int? Priority { get; init; }

    /// <summary>
    /// All mutations of the model for a host: each statement taken away, each registration taken away, and each moved to behind the one that
    /// follows it at its hook.
    /// </summary>
    public static ImmutableArray<Mutation> Of(HostProfile profile)
    {
        var registrations = Host.Registrations(profile, KernelTraits.For(profile.Kernel));
        var table = new HookTable(registrations);
        return
        [
            .. Statement.All.Select(statement => new Mutation($"without: {statement.Says}") { Without = statement }),
            .. registrations.Select(one => new Mutation($"without {one.What} at {Place(one)}")
            {
                Registration = one.What, Family = one.Family, Hook = one.Hook,
            }),
            .. registrations.Select(one => Moved(one, table)).OfType<Mutation>(),
        ];
    }

    /// <summary>The registrations with the change.</summary>
    internal IEnumerable<HookRegistration> Apply(IEnumerable<HookRegistration> registrations)
    {
        foreach (var one in registrations)
            if (one.What != Registration || one.Family != Family || one.Hook != Hook)
                yield return one;
            else if (Priority is { } priority)
                yield return one with { Priority = priority };
    }

    private static Mutation? Moved(HookRegistration one, HookTable table)
    {
        var entries = table.At(one.Family, one.Hook);
        var next = entries.IndexOf(one) + 1;
        if (next >= entries.Length || entries[next].Priority == int.MaxValue)
            return null;
        return new($"{one.What} moved behind {entries[next].What} at {Place(one)}")
        {
            Registration = one.What,
            Family = one.Family,
            Hook = one.Hook,
            Priority = entries[next].Priority + 1,
        };
    }

    private static string Place(HookRegistration one) => $"{one.Family} {one.Hook}";

    /// <inheritdoc/>
    public override string ToString() => What;
}
