namespace Hooktrail.Trails.Topologies;

/// <summary>What could not be read of a host. An answer that depends on it is not known.</summary>
/// <param name="What">What it is about.</param>
/// <param name="Why">The reason, in a sentence.</param>
public sealed record NotKnown(Subject What, string Why)
{
    public override string ToString() => $"{What.Name()}: {Why}";
}

/// <summary>The parts of a host that a snapshot may lack.</summary>
public enum Subject
{
    Devices,
    Bridges,
    Routes,
    PolicyRules,
    Neighbours,

    /// <summary>For which addresses of others the host answers.</summary>
    Proxies,
    Settings,
    Sockets,
    Containers,
    Rules,

    /// <summary>The entries of ipset's sets.</summary>
    Sets,

    /// <summary>In which order chains of one priority were registered.</summary>
    HookOrder,

    Kernel,
}

public static class Subjects
{
    public static string Name(this Subject subject) => subject switch
    {
        Subject.PolicyRules => "policy rules",
        Subject.Proxies => "proxy neighbours",
        Subject.HookOrder => "order of hooks",
        _ => subject.ToString().ToLowerInvariant(),
    };
}
